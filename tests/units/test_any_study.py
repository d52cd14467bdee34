"""Studies of other countries and chains than those that ship: each is told, none breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence, Quantity
from midstream.report.narrative import narrate
from midstream.report.narrative.context import Context
from midstream.report.narrative.leverage_rows import risks
from midstream.report.narrative.risk import found_risks, risk_findings
from midstream.report.narrative.strip import strip_source
from midstream.report.narrative.words import a_year
from midstream.report.numbers import Register, show
from midstream.report.site import build_site
from midstream.study import Study
from midstream.terms import with_article
from quick_studies import HASH, SMALL, frugal


def study_of(folder: Path, evidence: Evidence, **parts: object) -> Study:
    """The small study with other countries, chains or sectors."""
    lines = [line for line in SMALL.splitlines() if line.split(" = ")[0] not in parts]
    own = [f"{name} = {value!r}".replace("'", '"') for name, value in parts.items()]
    path = folder / "study.toml"
    path.write_text("\n".join((*own, *lines)) + "\n", encoding="utf-8")
    return frugal(path, evidence)


@pytest.fixture(scope="module")
def alone(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """One country, one sector, a chain of which it makes nothing on record."""
    return study_of(
        tmp_path_factory.mktemp("alone"), evidence, focus="FRA", countries=["FRA"],
        sectors=["aerospace-drones"], chains=["titanium"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def congo(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(
        tmp_path_factory.mktemp("congo"), evidence, focus="COD", countries=["COD", "CHN", "USA"],
        incumbents=["CHN"], sectors=["batteries"], chains=["cobalt"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def chips(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A chain whose material has no customs code of its own."""
    return study_of(
        tmp_path_factory.mktemp("chips"), evidence, focus="DEU", countries=["DEU", "CHN"],
        incumbents=["CHN"], sectors=["telecom-rf"], chains=["gallium"],
    )  # fmt: skip


def test_a_country_alone_has_pages_and_no_rank(alone: Study, tmp_path: Path) -> None:
    words = narrate(alone)
    files = build_site(alone, words, tmp_path, Register(), edition_hash=HASH, report=None)
    assert all("no other country is scored" in line.plain for line in words.ranks.values())
    page = next(path for path in files if path.name == "FRA.html").read_text("utf-8")
    assert page.count("no rank") == 4


def test_futures_of_chains_nobody_works_on_are_those_of_all(alone: Study) -> None:
    told = alone.outlook()
    assert told.conditions
    assert any("no form of the study's chains has a maker there" in one for one in told.warnings)


@pytest.mark.parametrize(
    "chain", ["antimony", "copper", "gallium", "germanium", "polysilicon", "tin", "tungsten"]
)
def test_every_chain_tells_whose_risk_it_can(chips: Study, chain: str) -> None:
    assert set(risks(chips, chain)) == {"stage-consistent", "eu", "geopolrisk"}


def test_a_material_without_a_customs_code_says_so(chips: Study) -> None:
    context = Context.of(chips)
    found = risk_findings(context, found_risks(context))
    assert [one.id for one in found] == ["risk/untraded"]
    assert found[0].text.plain.startswith("Gallium has no customs code of its own")


def test_the_strongest_strand_of_a_weak_stage_is_named(congo: Study) -> None:
    cell = congo.scorecard().cell("COD", "batteries", "C1")
    assert any("Cobalt ore: the strongest strand" in str(one) for one in cell.reasons)
    assert "cobalt ore alone would score" in strip_source(Context.of(congo)).plain


def test_a_stage_of_equals_names_no_strand(alone: Study) -> None:
    cell = alone.scorecard().cell("FRA", "aerospace-drones", "C2")
    assert not any("strongest" in str(one) for one in cell.reasons)


def test_a_plan_without_a_lever_says_whose_are_on_file(congo: Study) -> None:
    with pytest.raises(InputError, match=r"no lever of COD is on file.*IND, JPN, USA"):
        congo.policy_plan(100.0, draws=100)


def test_a_lever_of_a_country_that_is_not_scored_names_the_mend(congo: Study) -> None:
    with pytest.raises(InputError, match="add IND to the countries of the study"):
        congo.policy_test(["recycling"])


def test_nobody_is_offered_a_match_with_himself(congo: Study) -> None:
    with pytest.raises(InputError, match="take two of IND, JPN, TWN, USA"):
        congo.match(("COD", "USA"))


def test_nobody_to_compare_with_asks_for_countries(alone: Study) -> None:
    with pytest.raises(InputError, match="add countries to the study"):
        alone.peers()


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"id": "../elsewhere"}, "no name of a folder"),
        ({"sectors": []}, "sectors: list should have at least 1 item"),
        ({"countries": ["DEU", "CHN", "DEU"]}, "DEU is named twice"),
        ({"focus": "BOL"}, "add BOL to countries"),
        ({"assumption": 1}, "did you mean assumptions"),
    ],
)
def test_what_a_study_cannot_say_is_refused_with_its_mend(
    evidence: Evidence, tmp_path: Path, parts: dict[str, object], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        study_of(tmp_path, evidence, **parts)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("DR Congo", "the DR Congo"),
        ("Solomon Islands", "the Solomon Islands"),
        ("Dominican Republic", "the Dominican Republic"),
        ("Chile", "Chile"),
    ],
)
def test_names_take_their_article(name: str, told: str) -> None:
    assert with_article(name) == told


@pytest.mark.parametrize(
    ("unit", "words"), [("t Co", " a year"), ("GWh/yr", ""), ("% of world", "")]
)
def test_a_rate_is_not_told_a_year_twice(unit: str, words: str) -> None:
    assert a_year(unit) == words


def test_one_month_of_output_is_one() -> None:
    one = Quantity(1.0, 0.5, 2.0, "months of output", "modelled", "f:x")
    assert show(one).plain == "1 month of output"
