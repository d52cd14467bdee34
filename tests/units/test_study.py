"""Studies: what a file may say, and that scores follow the facts and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

import midstream
from midstream.chain.baseline import Scope, baseline
from midstream.chain.change import CapacityChange
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.labels import Fact
from midstream.scorecard.result import FormScore
from midstream.scorecard.run import Settings, score
from midstream.study import Study, load, shipped
from units.data_copy import Row, copy_data, rewrite

NAMES = ("IND", "CHN", "USA")
MAGNETS = "rare-earth-magnets"


def text_of(name: str = "india-us") -> str:
    return files("midstream.studies").joinpath(f"{name}.toml").read_text("utf-8")


def written(path: Path, old: str, new: str) -> Path:
    text = text_of()
    assert old in text
    file = path / "study.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


# -- study files ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_study_opens(name: str) -> None:
    opened = load(name)
    assert opened.config.id == name
    assert opened.config.focus in opened.config.countries
    assert opened.data_release == opened.evidence.release.id
    assert opened.version == midstream.__version__


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('countries = ["IND",', 'countries = ["IDN2", "IND",', "unknown country 'IDN2'"),
        ('focus = "IND"', 'focus = "INDIA"', "unknown country 'INDIA'"),
        ('focus = "IND"', 'focus = "NZL"', "add NZL to countries"),
        ('focus = "IND"', 'focus = "WLD"', "unknown country 'WLD'"),
        ("horizon = 2030", 'horizon = "soon"', "horizon"),
        ("draws = 2000", "draws = 10", "draws"),
        (
            "draws = 2000",
            "drawz = 2000",
            "'drawz'. the study file has 1 such problem. To mend it: did you mean draws",
        ),
        ("months = 9", "monts = 9", "unknown key 'shocks.0.monts'"),
        ('focus = "IND"', "", "the key 'focus' is missing. the study file has 1 such problem."),
        ('sector = "electric-vehicles"', 'sector = "electric-cars"', "unknown sector"),
        ('id = "india-us"', "id = ", "not TOML"),
        ("draws = 2000", f"draws = {'9' * 5000}", "not TOML"),
        ("draws = 2000", f"draws = {'[' * 3000}", "not TOML"),
        ("date = 2026-11-24", 'date = "yesterday"', "edition.date"),
    ],
)
def test_a_study_file_that_cannot_hold_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    file = written(tmp_path, old, new)
    before = file.read_bytes()
    with pytest.raises(InputError) as caught:
        load(file)
    assert says in str(caught.value)
    assert "study.toml" in caught.value.where
    assert caught.value.why
    assert caught.value.mend
    assert file.read_bytes() == before


def test_a_study_that_does_not_ship_is_refused_with_the_names() -> None:
    with pytest.raises(InputError, match="did you mean india-us"):
        load("india-uk")


def test_a_study_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        load(file)


def test_countries_and_sectors_outside_the_study_are_refused(study: Study) -> None:
    with pytest.raises(InputError, match="unknown country"):
        study.scorecard(["NZL"])
    with pytest.raises(InputError, match="did you mean wind"):
        study.scorecard(["IND"], ["windd"])
    with pytest.raises(InputError, match="horizon 2024"):
        study.scorecard(["IND"], ["wind"], 2024)


def test_a_study_keeps_what_it_has_computed(study: Study) -> None:
    assert study.scorecard(["IND"], ["wind"]) is study.scorecard(["IND"], ["wind"])
    assert study.world is study.world
    assert study.holders() is study.holders()


def test_the_published_row_stands_beside_ours_and_is_not_read(study: Study) -> None:
    example = study.config.worked_example
    assert example is not None
    for quantity in example.published.values():
        assert quantity.label == "U"
        assert quantity.lineage in study.ledger


def test_a_changed_world_can_be_scored_beside_the_baseline(study: Study) -> None:
    line = CapacityChange("made-up-line", "ndfeb-magnet", "IND", 5000, 2026, completion=1.0)
    before = study.scorecard(["IND"], [MAGNETS]).cell("IND", MAGNETS, "C3").score.value
    changed = study.scorecard(["IND"], [MAGNETS], world=study.world.apply(line))
    after = changed.cell("IND", MAGNETS, "C3").score.value
    assert before is not None
    assert after is not None
    assert after > before
    assert study.scorecard(["IND"], [MAGNETS]).cell("IND", MAGNETS, "C3").score.value == before


def test_everything_a_study_shows_is_in_its_ledger(study: Study) -> None:
    card = study.scorecard()
    wanted = [cell.score.lineage for cell in card.cells]
    wanted += [shares.hhi.lineage for shares in study.holders()]
    wanted += [balance.unnamed.lineage for balance in study.balances[0]]
    wanted += [balance.apparent_use.lineage for balance in study.balances[1]]
    assert wanted
    assert all(lineage in study.ledger for lineage in wanted)


def test_names_are_those_of_the_registers(study: Study) -> None:
    assert study.name("country", "IND") == "India"
    assert study.name("form", "ndfeb-magnet")
    assert study.name("sector", "wind")
    assert study.name("stage", "C2")
    assert study.name("material", "gallium") == "Gallium"


# -- broad truths of the shipped release ------------------------------------------------------


def test_the_leader_of_magnets_stands_above_the_country_that_imports_them(study: Study) -> None:
    card = study.scorecard()
    for stage in ("C2", "C3"):
        china, india = (card.cell(c, MAGNETS, stage).score for c in ("CHN", "IND"))
        assert china.low > india.high


def test_the_middle_of_magnets_is_more_concentrated_than_a_quarter(study: Study) -> None:
    found = {shares.form: shares for shares in study.holders()}
    assert found["ndfeb-magnet"].leader == "CHN"
    assert found["ndfeb-magnet"].hhi.low > 0.25


# -- scores follow the facts ------------------------------------------------------------------


@dataclass
class Facts:
    """A copy of the data that a test may change, beside what it says unchanged."""

    folder: Path
    world: World
    before: dict[tuple[str, str], FormScore]

    def after(
        self, table: str, change: Callable[[Row], Row | None]
    ) -> dict[tuple[str, str], FormScore]:
        """Scores once a table has been rewritten."""
        original = (self.folder / f"{table}.csv").read_bytes()
        rewrite(self.folder, table, change)
        try:
            evidence = Evidence.load(self.folder, check=False)
            return scores_of(evidence, baseline(evidence, Scope(NAMES, 2024)))
        finally:
            (self.folder / f"{table}.csv").write_bytes(original)


def scores_of(evidence: Evidence, world: World) -> dict[tuple[str, str], FormScore]:
    settings = Settings(NAMES, (MAGNETS,), draws=200, lifts=frozenset())
    card = score(evidence, world, settings)
    return {(form.country, form.form): form for form in card.form_scores}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    folder = copy_data(tmp_path_factory.mktemp("facts") / "data")
    evidence = Evidence.load(folder, check=False)
    world = baseline(evidence, Scope(NAMES, 2024))
    return Facts(folder, world, scores_of(evidence, world))


def value(scores: dict[tuple[str, str], FormScore], country: str, form: str) -> float:
    found = scores[country, form].score.value
    assert found is not None
    return found


def times(factor: float, ids: set[str]) -> Callable[[Row], Row]:
    def change(row: Row) -> Row:
        if row["id"] not in ids:
            return row
        ends = {name: row[name] for name in ("value", "low", "high") if row[name]}
        return {**row, **{name: str(float(cell) * factor) for name, cell in ends.items()}}

    return change


def observations_behind(world: World, country: str, form: str) -> set[str]:
    node = world.ledger[world.outputs[form, country].lineage]
    return {name for name in node.inputs if name.startswith("o-")}


def test_more_oxide_on_record_lifts_the_oxide_score(facts: Facts) -> None:
    ids = observations_behind(facts.world, "IND", "ndpr-oxide")
    assert ids, "India's oxide rests on observations"
    more = facts.after("observations", times(10, ids))
    less = facts.after("observations", times(0.01, ids))
    now = value(facts.before, "IND", "ndpr-oxide")
    assert value(more, "IND", "ndpr-oxide") > now + 0.3
    assert value(less, "IND", "ndpr-oxide") < now
    for other in ("CHN", "USA"):
        assert value(more, other, "ndpr-oxide") == pytest.approx(
            value(facts.before, other, "ndpr-oxide"), abs=0.05
        )


def test_a_score_without_its_figures_becomes_bounds_and_not_zero(facts: Facts) -> None:
    ids = observations_behind(facts.world, "IND", "ndpr-oxide")
    gone = facts.after("observations", lambda row: None if row["id"] in ids else row)
    form = gone["IND", "ndpr-oxide"]
    if form.support in ("bounded", "open"):
        assert form.output.value is None
        assert form.missing
    assert form.output.lineage == facts.before["IND", "ndpr-oxide"].output.lineage


def test_a_project_that_is_dropped_or_built_moves_its_score(facts: Facts) -> None:
    planned = [
        plant
        for plant in facts.world.plants
        if (plant.form, plant.country) == ("ndfeb-magnet", "IND")
        and plant.status == "construction"
        and plant.capacity
    ]
    assert planned, "India builds a magnet plant"
    ids = {plant.id for plant in planned}

    def become(status: str) -> Callable[[Row], Row]:
        return lambda row: {**row, "status": status} if row["id"] in ids else row

    dropped = facts.after("facilities", become("cancelled"))
    built = facts.after("facilities", become("operating"))
    now = value(facts.before, "IND", "ndfeb-magnet")
    assert value(dropped, "IND", "ndfeb-magnet") < now
    assert value(built, "IND", "ndfeb-magnet") > now
    assert value(built, "IND", "ree-ore") == value(facts.before, "IND", "ree-ore")


def test_a_plant_sold_to_the_dominant_supplier_lowers_control(facts: Facts) -> None:
    def sold(row: Row) -> Row:
        here = row["country"] == "IND" and row["form"] == "ndfeb-magnet"
        return {**row, "owner_country": "CHN", "technology_origin": "CHN"} if here else row

    after = facts.after("facilities", sold)["IND", "ndfeb-magnet"].control.value
    before = facts.before["IND", "ndfeb-magnet"].control.value
    assert after is not None
    assert before is not None
    assert after < before


def test_a_stricter_ruler_lowers_scores_everywhere(facts: Facts) -> None:
    def stricter(row: Row) -> Row:
        if not row["id"].startswith("anchor."):
            return row
        return {**row, "value": str(float(row["value"]) * 2)}

    after = facts.after("parameters", stricter)
    assert all(value(after, *place) <= value(facts.before, *place) + 1e-9 for place in after)
    assert value(after, "USA", "ndfeb-magnet") < value(facts.before, "USA", "ndfeb-magnet")


def test_a_throttle_on_record_binds(facts: Facts) -> None:
    after = facts.after("throttles", lambda _row: None)
    for form in ("ree-ore", "heavy-ree-ore"):
        assert after["IND", form].control.value > facts.before["IND", form].control.value


def test_adding_a_country_to_a_study_moves_no_other_score(study: Study, tmp_path: Path) -> None:
    text = text_of().replace('countries = ["IND",', 'countries = ["ZAF", "IND",', 1)
    file = tmp_path / "wider.toml"
    file.write_text(text, encoding="utf-8")
    wider = load(file)
    for country in ("IND", "CHN"):
        one = study.scorecard([country], [MAGNETS], draws=200)
        other = wider.scorecard([country], [MAGNETS], draws=200)
        for mine, theirs in zip(one.cells, other.cells, strict=True):
            assert mine.score == theirs.score
            assert mine.pillars == theirs.pillars
    added = wider.scorecard(["ZAF"], [MAGNETS], draws=200)
    assert len(added.cells) == 4


def test_the_label_of_a_fact_is_open_to_the_world(study: Study) -> None:
    found: list[Fact] = study.evidence.facts(metric="production", country="IND", period=2024)
    assert found
