"""A run of the scorecard: what it covers, what it says, what it traces to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from midstream.chain.change import DemandChange
from midstream.errors import InputError
from midstream.evidence import Evidence, Quantity
from midstream.scorecard.draws import Draws, Parameters
from midstream.scorecard.result import Remark, Scorecard
from midstream.scorecard.run import GROUPS, Settings, score
from midstream.study import Study
from units.chain.toy import COUNTRIES, SECTOR, chain_tables, toy, toy_world


@pytest.fixture(scope="module")
def toy_evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return toy(tmp_path_factory.mktemp("toy"), chain_tables())


@pytest.fixture(scope="module")
def card(toy_evidence: Evidence) -> Scorecard:
    settings = Settings(COUNTRIES, (SECTOR,), draws=200, ranked=COUNTRIES)
    return score(toy_evidence, toy_world(toy_evidence), settings)


def test_every_country_sector_and_stage_has_one_cell(card: Scorecard) -> None:
    places = [(cell.country, cell.stage) for cell in card.cells]
    assert places == [(c, s) for c in COUNTRIES for s in ("C1", "C2", "C3", "C4")]
    with pytest.raises(KeyError):
        card.cell("FRA", SECTOR, "C1")
    with pytest.raises(KeyError):
        card.profile("FRA")


def test_every_quantity_of_a_run_is_in_its_ledger(card: Scorecard) -> None:
    quantities = [q for cell in card.cells for q in (cell.score, *cell.pillars.values())]
    for form in card.form_scores:
        quantities += [form.output, form.need, form.world, form.coverage, form.scale]
    for profile in card.profiles:
        quantities += [*profile.stages.values(), profile.hollow_index, profile.p_hollow]
    for quantity in quantities:
        assert quantity.lineage in card.ledger, quantity.lineage


def test_a_score_traces_back_to_the_figures(card: Scorecard) -> None:
    tree = card.ledger.trace(card.cell("IND", SECTOR, "C1").score.lineage)

    def kinds(node: dict[str, Any]) -> set[str]:
        return {node["kind"]}.union(*(kinds(part) for part in node["inputs"]))

    assert {"formula", "observation", "assumption"} <= kinds(tree)


def test_the_assumptions_are_those_of_the_score_and_of_no_other_room(
    toy_evidence: Evidence, card: Scorecard
) -> None:
    rows = toy_evidence.parameters
    reached = {
        lineage.removeprefix("par:")
        for cell in card.cells
        for lineage in below(card, cell.score.lineage)
        if lineage.startswith("par:")
    }
    assumed = {name for name in reached if rows[name]["kind"] == "assumed"}
    assert assumed
    assert assumed <= set(card.assumptions)
    assert {rows[name]["group"] for name in card.assumptions} == GROUPS


def below(card: Scorecard, lineage: str) -> set[str]:
    """Every lineage id under one, itself included."""
    found, waiting = set[str](), [lineage]
    while waiting:
        one = waiting.pop()
        if one not in found and one in card.ledger:
            found.add(one)
            waiting += card.ledger[one].inputs
    return found


def test_reasons_name_the_pillar_and_lifts_name_a_lever(card: Scorecard) -> None:
    cell = card.cell("IND", SECTOR, "C3")
    assert any("binds" in reason for reason in cell.reasons)
    assert cell.lift
    levers = {remark.lever for remark in cell.lift}
    assert levers <= {"output", "completion", "feed", "licence", "throttle", "ownership", "none"}
    more = next(remark for remark in cell.lift if remark.lever == "output")
    assert more.flips_at is not None
    assert more.flips_at.value > cell.forms[0].output.value


def test_what_a_lift_says_does_lift(toy_evidence: Evidence, card: Scorecard) -> None:
    cell = card.cell("IND", SECTOR, "C3")
    lift = next(r for r in cell.lift if r.lever == "output")
    flips = lift.flips_at
    assert flips is not None
    assert flips.value is not None
    tables: dict[str, Any] = dict(chain_tables())
    tables["observations"] = [
        {**row, **dict.fromkeys(("value", "low", "high"), flips.value * 1.1)}
        if (row["country"], row["form"]) == ("IND", "ndfeb-magnet")
        else row
        for row in tables["observations"]
    ]
    folder = toy_evidence.folder.path.with_name("lifted")
    lifted = toy(folder, tables)
    after = score(lifted, toy_world(lifted), Settings(COUNTRIES, (SECTOR,), draws=200))
    now = after.cell("IND", SECTOR, "C3")
    assert now.digit == lift.target
    assert cell.digit != lift.target


def test_a_country_on_top_needs_no_lift(card: Scorecard) -> None:
    assert card.cell("CHN", SECTOR, "C2").digit == 5
    assert card.cell("CHN", SECTOR, "C2").lift == ()


def test_a_cell_with_bounds_only_says_what_is_missing(card: Scorecard) -> None:
    cell = card.cell("USA", SECTOR, "C2")
    assert cell.forms[0].support == "bounded"
    assert cell.forms[0].output.value is None
    assert "only bounds on record" in cell.missing[0]
    assert "nobody counts the output" in " ".join(cell.reasons)


def test_a_cell_without_evidence_has_no_score(toy_evidence: Evidence) -> None:
    tables: dict[str, Any] = dict(chain_tables())
    tables["observations"] = [r for r in tables["observations"] if r["form"] != "ndpr-oxide"]
    folder = toy_evidence.folder.path.with_name("gap")
    gap = toy(folder, tables)
    made = score(gap, toy_world(gap), Settings(COUNTRIES, (SECTOR,), draws=100))
    for country in COUNTRIES:
        cell = made.cell(country, SECTOR, "C2")
        assert cell.score.missing
        assert cell.score.label is None
        assert cell.digit is None
        assert "no figure and no bound" in cell.missing[0]
        assert made.cell(country, SECTOR, "C4").score.value is not None
        assert made.profile(country).hollow_index.value is None


def test_without_any_need_there_is_no_coverage_and_still_a_score(toy_evidence: Evidence) -> None:
    world = toy_world(toy_evidence).apply(DemandChange("ev", "IND", 0))
    made = score(toy_evidence, world, Settings(COUNTRIES, (SECTOR,), draws=100))
    form = made.cell("IND", SECTOR, "C4").forms[0]
    assert form.need.value == 0
    assert form.coverage.value is None
    assert form.scale.value is not None
    assert form.score.value is not None


def test_a_cell_as_json_has_the_keys_of_the_interface(card: Scorecard) -> None:
    made = card.cells[0].to_dict()
    keys = {"country", "sector", "stage", "score", "digit", "pillars", "forms", "reasons", "lift"}
    assert keys <= set(made)
    assert set(made["pillars"]) == {"installed", "trajectory", "control"}
    for quantity in (made["score"], *made["pillars"].values()):
        assert list(quantity) == ["value", "low", "high", "unit", "label", "lineage"]


def test_the_label_of_a_score_is_modelled_while_its_ruler_needs_assumptions(
    card: Scorecard,
) -> None:
    assert {cell.score.label for cell in card.cells} <= {"modelled", "V", "V1", "U"}
    assert "ladder.m0" in card.assumptions


def test_ranks_are_left_out_for_a_part_of_the_countries(study: Study) -> None:
    part = study.scorecard(["IND"], ["rare-earth-magnets"])
    assert part.profile("IND").ranks == {}


def test_a_remark_reads_as_a_sentence_and_keeps_its_numbers() -> None:
    output = Quantity(1234.5, 1000.0, 2000.0, "t", "V1", "x")
    gap = Quantity(None, None, None, "t", None, "y")
    remark = Remark("{form}: {output:range}, {gap}", form="Oxide", output=output, gap=gap)
    assert remark == "Oxide: 1e+03 to 2e+03 t, no evidence"
    assert remark.values["output"] is output
    assert remark.template == "{form}: {output:range}, {gap}"


def test_progress_runs_from_nothing_to_all(toy_evidence: Evidence) -> None:
    seen: list[float] = []
    settings = Settings(("IND", "CHN"), (SECTOR,), draws=100, lifts=frozenset())
    score(toy_evidence, toy_world(toy_evidence), settings, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


def test_a_parameter_with_an_unknown_law_is_refused(tmp_path: Path) -> None:
    odd = {"id": "toy.odd", "value": 1, "distribution": "cauchy"}
    evidence = toy(tmp_path, {"parameters": [odd]})
    with pytest.raises(InputError, match="distribution 'cauchy'"):
        Parameters(evidence, Draws(1, 10)).draw("toy.odd")


def test_parameters_are_drawn_by_their_law(tmp_path: Path) -> None:
    laws = {
        "toy.fixed": ("fixed", 2, None, None, 2, 2),
        "toy.uniform": ("uniform", 2, 1, 3, 1, 3),
        "toy.loguniform": ("loguniform", 2, 1, 4, 1, 4),
        "toy.triangular": ("triangular", 2, 1, 4, 1, 4),
        "toy.beta": ("beta(2,2)", 0.5, None, None, 0, 1),
    }
    rows = [
        {"id": name, "distribution": law, "value": value, "low": low, "high": high}
        for name, (law, value, low, high, _, _) in laws.items()
    ]
    rows.append({"id": "toy.lognormal", "distribution": "lognormal(0.5)", "value": 2})
    parameters = Parameters(toy(tmp_path, {"parameters": rows}), Draws(1, 2000))
    for name, (*_, least, most) in laws.items():
        drawn = parameters.draw(name)
        assert drawn.shape == (2000,)
        assert least <= drawn.min() <= drawn.max() <= most, name
    median = sorted(parameters.draw("toy.lognormal"))[1000]
    assert median == pytest.approx(2, rel=0.01)
    held = Parameters(parameters.evidence, Draws(1, 5), {"toy.uniform": 9.0})
    assert held.draw("toy.uniform").tolist() == [9.0] * 5


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InputError, match="seed -1"):
        Draws(-1, 10)
