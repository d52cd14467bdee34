"""Figures: one chart path for the site, the PDF and the downloads."""

from midstream.report.figures.cells import Cell, of_cell, of_profile, of_score, spoken, strip_svg
from midstream.report.figures.example import worked_example
from midstream.report.figures.figure import Figure
from midstream.report.figures.holders import Reader, concentration, holder_bars
from midstream.report.figures.lanes import Dot, lanes
from midstream.report.figures.profiles import (
    Profile,
    country_profiles,
    hollow_countries,
    hollow_sectors,
    profile_svg,
    sector_profiles,
    small_multiples,
)
from midstream.report.figures.surety import label_bar
from midstream.report.figures.tree import formula_tree
from midstream.report.figures.vessels import hero_strip, interval_text, vessel_svg

__all__ = [
    "Cell",
    "Dot",
    "Figure",
    "Profile",
    "Reader",
    "concentration",
    "country_profiles",
    "formula_tree",
    "hero_strip",
    "holder_bars",
    "hollow_countries",
    "hollow_sectors",
    "interval_text",
    "label_bar",
    "lanes",
    "of_cell",
    "of_profile",
    "of_score",
    "profile_svg",
    "sector_profiles",
    "small_multiples",
    "spoken",
    "strip_svg",
    "vessel_svg",
    "worked_example",
]
