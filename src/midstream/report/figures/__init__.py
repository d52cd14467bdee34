"""Figures: one chart path for the site, the PDF and the downloads."""

from midstream.report.figures.arcs import Arc, arcs
from midstream.report.figures.axes import Months
from midstream.report.figures.backtest import Rival, Trial, backtest, rivals
from midstream.report.figures.before_after import Tried, before_after
from midstream.report.figures.cells import (
    Cell,
    of_cell,
    of_digits,
    of_profile,
    of_score,
    spoken,
    strip_svg,
)
from midstream.report.figures.chances import Chance, chances
from midstream.report.figures.example import worked_example
from midstream.report.figures.fan import Event, FanData, Record, Track, fan
from midstream.report.figures.figure import Figure
from midstream.report.figures.frontier import Bought, frontier
from midstream.report.figures.holders import Reader, concentration, holder_bars
from midstream.report.figures.lanes import Dot, lanes
from midstream.report.figures.leverage import ChainRow, CutRow, leverage_by_stage, what_is_left
from midstream.report.figures.matrix import Grid, GridRow, shared_matrix
from midstream.report.figures.months import Axes, Panel, deliveries
from midstream.report.figures.pathways import Level, Pathway, pathways
from midstream.report.figures.profiles import (
    Profile,
    country_profiles,
    hollow_countries,
    hollow_sectors,
    profile_svg,
    sector_profiles,
    small_multiples,
)
from midstream.report.figures.ranges import Group, Span, ranges
from midstream.report.figures.roadmap import Lane, Stone, roadmap
from midstream.report.figures.series import Line, yearly
from midstream.report.figures.surety import label_bar
from midstream.report.figures.survival import Curve, survival
from midstream.report.figures.tornado import Swing, tornado
from midstream.report.figures.tree import formula_tree
from midstream.report.figures.vessels import hero_strip, interval_text, vessel_svg
from midstream.report.figures.waterfall import Layer, waterfall

__all__ = [
    "Arc",
    "Axes",
    "Bought",
    "Cell",
    "ChainRow",
    "Chance",
    "Curve",
    "CutRow",
    "Dot",
    "Event",
    "FanData",
    "Figure",
    "Grid",
    "GridRow",
    "Group",
    "Lane",
    "Layer",
    "Level",
    "Line",
    "Months",
    "Panel",
    "Pathway",
    "Profile",
    "Reader",
    "Record",
    "Rival",
    "Span",
    "Stone",
    "Swing",
    "Track",
    "Trial",
    "Tried",
    "arcs",
    "backtest",
    "before_after",
    "chances",
    "concentration",
    "country_profiles",
    "deliveries",
    "fan",
    "formula_tree",
    "frontier",
    "hero_strip",
    "holder_bars",
    "hollow_countries",
    "hollow_sectors",
    "interval_text",
    "label_bar",
    "lanes",
    "leverage_by_stage",
    "of_cell",
    "of_digits",
    "of_profile",
    "of_score",
    "pathways",
    "profile_svg",
    "ranges",
    "rivals",
    "roadmap",
    "sector_profiles",
    "shared_matrix",
    "small_multiples",
    "spoken",
    "strip_svg",
    "survival",
    "tornado",
    "vessel_svg",
    "waterfall",
    "what_is_left",
    "worked_example",
    "yearly",
]
