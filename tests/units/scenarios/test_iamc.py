"""The export for integrated assessment models: lines, files, and what the check refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.scenarios import iamc
from midstream.scenarios.frame import Frame
from midstream.scenarios.market import Cut, future_market
from midstream.scenarios.scores import future_scores
from midstream.study import Study
from units.scenarios.still import cells_of, project, still_needs, still_paths

FRAME = Frame(3, 40, 2024, 2035)
NAMES = ("Stalled", "Conservative", "Breakthrough")


@pytest.fixture(scope="module")
def given(study: Study) -> iamc.IamcInput:
    world = study.world
    cells = cells_of(study.evidence, world, FRAME)
    paths = still_paths(cells, FRAME, [(project("new", "ndpr-oxide", "IND", 900), 2028.0)])
    needs = still_needs(cells, FRAME, 1.03)
    scores = future_scores(
        study.evidence, world, FRAME, paths, needs, countries=("IND",), sectors=("defence",)
    )
    cut = Cut("gallium-metal", "CHN", ("IND",), 0.9, 9)
    market = future_market(study.evidence, world, FRAME, paths, needs, "gallium", draws=2, cut=cut)
    regions = np.where(np.arange(40) < 30, 0, 1)
    return iamc.IamcInput(
        "midstream 1", world, FRAME, paths, needs, scores, (market,), regions, NAMES, ("IND", "CHN")
    )


@pytest.fixture(scope="module")
def lines(given: iamc.IamcInput) -> tuple[iamc.IamcRow, ...]:
    return iamc.rows(given)


def test_variables_regions_and_scenarios(lines: tuple[iamc.IamcRow, ...]) -> None:
    # No draw lies in the third region, so that nothing can be said of it.
    assert {row.scenario for row in lines} == {iamc.ALL, "Stalled", "Conservative"}
    assert {"India", "China", "World", "World excluding China"} <= {row.region for row in lines}
    heads = {row.variable.split("|")[0] for row in lines}
    wanted = {"Capacity", "Output", "Need", "Coverage", "Score", "Price Index"}
    assert heads == wanted | {"Deliveries over Need"}
    assert all(
        row.variable[-4:] in ("|P10", "|P50", "|P90") for row in lines if row.scenario == iamc.ALL
    )


def test_numbers_are_those_of_the_draws(
    given: iamc.IamcInput, lines: tuple[iamc.IamcRow, ...]
) -> None:
    found = {(r.scenario, r.region, r.variable): r for r in lines}
    paths = given.paths
    drawn = paths.output[:, paths.year(2035), paths.place("ndpr-oxide", "IND")]
    row = found[iamc.ALL, "India", "Output|NdPr oxide|P90"]
    assert row.values[2035] == pytest.approx(np.quantile(drawn, 0.9))
    assert row.unit == "t NdPr oxide/yr"
    row = found["Conservative", "India", "Output|NdPr oxide"]
    assert row.values[2035] == pytest.approx(np.median(drawn[30:]))
    assert given.scores is not None
    score = given.scores.of("IND", "defence", "C2", 2035)[:30]
    row = found["Stalled", "India", "Score|Defence|C2"]
    assert row.values == {
        2030: pytest.approx(np.median(given.scores.of("IND", "defence", "C2", 2030)[:30])),
        2035: pytest.approx(np.median(score)),
    }
    cover = found[iamc.ALL, "India", "Coverage|NdPr oxide|P50"]
    need = given.needs.of("ndpr-oxide", "IND")[:, paths.year(2035)]
    assert cover.values[2035] == pytest.approx(np.median(drawn / need))


def test_percentiles_are_in_order(lines: tuple[iamc.IamcRow, ...]) -> None:
    found = {(r.region, r.variable): r for r in lines if r.scenario == iamc.ALL}
    for (region, variable), low in found.items():
        if variable.endswith("|P10"):
            stem = variable.removesuffix("P10")
            middle, high = found[region, f"{stem}P50"], found[region, f"{stem}P90"]
            for year, value in low.values.items():
                assert value <= middle.values[year] <= high.values[year]


def test_a_file_passes_its_check_and_is_the_same_twice(
    lines: tuple[iamc.IamcRow, ...], tmp_path: Path
) -> None:
    first = iamc.write(tmp_path / "a.csv", lines)
    second = iamc.write(tmp_path / "b.csv", reversed(list(reversed(lines))))
    assert first.read_bytes() == second.read_bytes()
    assert iamc.check(first) == len(lines)
    head = first.read_text(encoding="utf-8").splitlines()[0]
    assert head.startswith("Model,Scenario,Region,Variable,Unit,2025,")


def test_without_regions_only_all_draws(given: iamc.IamcInput) -> None:
    plain = iamc.IamcInput("m", given.world, FRAME, given.paths, given.needs, countries=("IND",))
    assert {row.scenario for row in iamc.rows(plain)} == {iamc.ALL}


HEAD = "Model,Scenario,Region,Variable,Unit,2025,2026"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "columns"),
        ("Model,Scenario,Region,Unit,Variable,2025\n", "columns"),
        ("Model,Scenario,Region,Variable,Unit,2026,2025\n", "columns"),
        ("Model,Scenario,Region,Variable,Unit\n", "columns"),
        (f"{HEAD}\nm,s,r,v,t,1\n", ":2: 6 cells"),
        (f"{HEAD}\nm,s,,v,t,1,2\n", ":2: a blank word"),
        (f"{HEAD}\nm,s,r,v,t,1,2\nm,s,r,v,t,3,4\n", ":3: the line is there twice"),
        (f"{HEAD}\nm,s,r,v,t,1,2\nm,s,q,v,kg,3,4\n", ":3: v has two units"),
        (f"{HEAD}\nm,s,r,v,t,,\n", ":2: no number"),
        (f"{HEAD}\nm,s,r,v,t,1,nan\n", "'nan' is no number"),
        (f"{HEAD}\nm,s,r,v,t,1,=A1\n", "'=A1' is no number"),
    ],
)
def test_the_check_refuses(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=fault):
        iamc.check(path)


def test_regions_have_to_fit(given: iamc.IamcInput) -> None:
    def tried(regions: np.ndarray | None, names: tuple[str, ...]) -> None:
        iamc.rows(
            iamc.IamcInput(
                "m", given.world, FRAME, given.paths, given.needs, regions=regions, names=names
            )
        )

    with pytest.raises(InputError, match="names without regions"):
        tried(None, ("a",))
    with pytest.raises(InputError, match="regions"):
        tried(np.zeros(3, dtype=int), ("a",))
    with pytest.raises(InputError, match="a region without a name"):
        tried(np.full(40, 2), ("a", "b"))
