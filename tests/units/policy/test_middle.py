"""The middle test on shipped studies: what it says, where it comes from, what would change it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from midstream.answers.policy import middle_answer
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.policy.bench import Bench
from midstream.policy.choose import resolve
from midstream.policy.ground import Asked
from midstream.policy.middle import middle_test
from midstream.scenarios.outlook_counter import counter_moves
from midstream.scenarios.outlook_future import Given, run
from midstream.scenarios.outlook_request import prepared
from midstream.scenarios.scores import future_scores
from midstream.study import Study
from midstream.study.tracing import work_out
from midstream.tables_text.policy import middle as as_text
from units.policy.one_lever import DRAWS, bench_of
from units.scenarios.changed import row_of, with_rows

KEYS = {
    "verdict", "delta", "deliverable", "domestic_value", "cost", "cost_per_point", "flip", "stress",
}  # fmt: skip
VERDICTS = {"PASS", "PARTIAL", "FAIL", "UNDETERMINED"}


def quantities(found: Any) -> Iterator[dict[str, Any]]:
    """All quantities in a JSON value."""
    if isinstance(found, dict):
        if "lineage" in found and "unit" in found:
            yield found
        else:
            for value in found.values():
                yield from quantities(value)
    elif isinstance(found, list):
        for value in found:
            yield from quantities(value)


CASES = {
    "acreage-only": "india",
    "magnet-scheme": "india",
    "us-package": "india",
    "japan-package": "japan",
}


@pytest.mark.parametrize("name", list(CASES))
def test_it_answers_with_the_keys_of_the_interface(
    name: str, request: pytest.FixtureRequest
) -> None:
    study: Study = request.getfixturevalue(CASES[name])
    answer = middle_answer(study, [name], draws=DRAWS)
    found = answer["result"]
    assert set(found) >= KEYS
    assert found["verdict"] in VERDICTS
    assert set(found["delta"]) == {"C1", "C2", "C3", "C4"}
    assert all(isinstance(one, str) for one in found["flip"])
    assert answer["assumptions"] == ["policy.delta", "policy.fail", "policy.pass"]
    json.dumps(answer, allow_nan=False)
    told = list(quantities(found))
    assert len(told) > 60
    assert all(one["lineage"] in study.ledger for one in told)
    valued = [one for one in told if one["value"] is not None and one["low"] is not None]
    assert all(one["low"] <= one["value"] <= one["high"] for one in valued)
    assert found["verdict"] in as_text(answer)


def test_numbers_lead_back_to_levers_and_outputs(india: Study) -> None:
    found = india.policy_test(["recycling"], draws=DRAWS, full=False)
    tree = json.dumps(india.ledger.trace(found.delta["C2"].lineage))
    for part in ("lever:recycling-supply", "f:world.output/IND/ndpr-oxide/2024"):
        assert part in tree
    tree = json.dumps(india.ledger.trace(found.cost_per_point.cost.lineage))
    assert "lever:recycling/cost" in tree


def test_an_id_alone_leads_to_its_test(study: Study) -> None:
    """A fresh ledger finds the test behind an id, of single levers and of packages."""
    place = f"IND/rare-earth-magnets/2035/{DRAWS}"
    for lineage in (
        f"f:policy.delta/C2/{place}/recycling",
        f"f:policy.cost/recycling/{study.config.seed}/{DRAWS}",
        "lever:recycling-supply",
    ):
        work_out(study, lineage)
        assert lineage in study.ledger


def test_sliders_move_the_levers_of_the_plan_and_of_the_record(study: Study) -> None:
    bench = bench_of(study)
    for name, factor in (("recycling", 2.0), ("repm", 0.2)):
        choice = resolve(study.evidence, [name])
        stage = "C2" if name == "recycling" else "C3"
        stated = middle_test(bench, choice, full=False)
        moved = middle_test(bench, choice, full=False, scale={name: factor})
        one, other = (found.delta[stage].value or 0.0 for found in (stated, moved))
        assert (other > one) == (factor > 1)
        assert moved.scores[-1].year == 2035
        ahead = next(row for row in moved.scores if (row.stage, row.year) == (stage, 2035))
        assert ahead.figures.change.value == pytest.approx(other, abs=1e-6)
    late = middle_test(bench, resolve(study.evidence, ["recycling"]), starts={"recycling": 2036})
    assert late.delta["C2"].value == 0.0


def test_a_lever_for_another_sector_is_told(india: Study) -> None:
    told = india.policy_test(["ism-2"], draws=DRAWS, full=False)
    note = "nothing in this sector is touched by ism-2"
    assert note in told.warnings
    assert all(change.value == 0.0 for change in told.delta.values())
    at_home = india.policy_test(["ism-2"], draws=DRAWS, full=False, sector="semiconductors")
    assert note not in at_home.warnings


def test_every_chain_of_the_sector_is_told(india: Study) -> None:
    found = india.policy_test(["technology-offtake"], draws=DRAWS, full=False)
    told = {row.chain: row for row in found.chains}
    assert list(told) == ["magnets-light", "magnets-heavy"]
    main = found.flow["sovereign"]
    assert told["magnets-light"].sovereign.planned.value == main.planned.value
    heavy = told["magnets-heavy"].sovereign.planned
    assert heavy.value != main.planned.value


@pytest.mark.usefixtures("kept_studies")
class TestCommand:
    def test_it_prints_one_document_or_a_table(self, run: Any) -> None:
        words = ("policy", "test", "recycling", "--draws", str(DRAWS))
        answer = run(*words, "--json")
        assert answer.code == 0
        document = json.loads(answer.out)
        assert document["command"] == "policy test"
        assert set(document["result"]) >= KEYS
        table = run(*words)
        assert document["result"]["verdict"] in table.out
        assert "What would change the verdict" in table.out

    def test_an_unknown_name_ends_with_a_suggestion(self, run: Any) -> None:
        answer = run("policy", "test", "recyclng")
        assert answer.code == 2
        assert "recycling" in answer.err


def test_a_choice_is_worked_out_once(india: Study) -> None:
    one = india.policy_test(["acreage-only"], draws=DRAWS, full=False)
    assert india.policy_test(["acreage-only"], draws=DRAWS, full=False) is one
    assert india.policy_test(["acreage-only"], draws=DRAWS + 1, full=False) is not one


def test_without_a_cost_or_a_gain_it_says_why_there_is_no_price(india: Study) -> None:
    dear = india.policy_test(["acreage-only"], draws=DRAWS, full=False)
    assert dear.cost.value is None
    assert dear.cost_per_point.reason == "no cost is on record"
    idle = india.policy_test(["parks"], draws=DRAWS, full=False, sector="semiconductors")
    assert idle.cost_per_point.cost.value is None
    assert idle.cost_per_point.reason == "nothing is gained"


def test_a_study_without_incumbent_gets_an_answer(small: Study) -> None:
    found = small.policy_test(["parks"], country="DEU", draws=DRAWS)
    assert found.sector == "wind"
    assert found.verdict == "FAIL"
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_sector_without_chain_gets_an_answer_and_a_warning(india: Study) -> None:
    sector = "electronic-gases-chemicals"
    found = india.policy_test(["gas-hub"], sector=sector, draws=DRAWS)
    assert found.verdict in {"FAIL", "UNDETERMINED"}
    assert found.flow["sovereign"].planned.value is None
    assert found.cut == ()
    assert any("no chain" in note for note in found.warnings)
    answer = middle_answer(india, ["gas-hub"], sector=sector, draws=DRAWS)
    assert "gas-hub" in as_text(answer)


@pytest.mark.parametrize(
    ("names", "options", "what"),
    [
        (["acreage-onyl"], {}, "acreage-onyl"),
        (["recycling"], {"sector": "rare-earth-magnet"}, "rare-earth-magnet"),
        (["recycling"], {"country": "XYZ"}, "XYZ"),
        (["recycling"], {"draws": 0}, "0 draws"),
        ([], {}, "no lever"),
    ],
)
def test_what_cannot_be_is_one_clear_error(
    india: Study, names: list[str], options: dict[str, Any], what: str
) -> None:
    with pytest.raises(InputError) as caught:
        india.policy_test(names, **options)
    assert what in caught.value.what
    assert caught.value.mend


def test_the_base_is_that_of_the_outlook(study: Study) -> None:
    """Same draws, same plants, same ruler: C1, C2 and C4 are those of the outlook."""
    bench = bench_of(study)
    config, moves = study.config, counter_moves(study.evidence, study.world)
    wanted = replace(study.outlook_settings(DRAWS), seed=config.seed)
    request = prepared(study.evidence, study.world, wanted, counter=moves)
    frame = request.frame(DRAWS)
    future = run(request.setup, Given.of(study.evidence, frame), request.values(frame))
    scores = future_scores(
        study.evidence,
        study.world,
        frame,
        future.paths,
        future.needs,
        (2030, 2035),
        ("IND",),
        ("rare-earth-magnets",),
    )
    (low, high), _ = bench.ahead(())
    for column, stage in enumerate(("C1", "C2", "C3", "C4")):
        ahead = [end[:, :, 0, 0, column] for end in (scores.low, scores.high)]
        if stage == "C3":
            # Metal made inside magnet plants counts here.
            assert (low[:, :, column] >= ahead[0] - 1e-6).all()
        else:
            np.testing.assert_allclose(low[:, :, column], ahead[0], atol=1e-6)
            np.testing.assert_allclose(high[:, :, column], ahead[1], atol=1e-6)
    np.testing.assert_allclose(bench.outcome(()).low, low[:, -1], atol=1e-9)


# -- acreage -----------------------------------------------------------------------------------


def tied(evidence: Evidence, *plants: tuple[str, float]) -> Evidence:
    """The release in which plants are tied to the acreage, all but finished when it starts."""
    rows = [
        row_of(
            evidence,
            "lever_effects",
            id=f"acreage-tied-{form}-{number}",
            lever="acreage",
            kind="project",
            form=form,
            standing="commissioning",
            low=size,
            mode=size,
            high=size,
            unit="t/yr",
            fact="assumed",
        )
        for number, (form, size) in enumerate(plants)
    ]
    sooner = [
        {**row, "start": 2026.0, "lag": 1.0} if row["id"] == "acreage" else row
        for row in evidence.table("levers").rows
    ]
    effects = [*evidence.table("lever_effects").rows, *rows]
    return with_rows(evidence, levers=sooner, lever_effects=effects)


def verdict_on(study: Study, evidence: Evidence) -> tuple[str, dict[str, float]]:
    config = study.config
    asked = Asked(
        "IND", "rare-earth-magnets", tuple(config.chains), tuple(config.incumbents), 200, 7
    )
    bench = Bench(evidence, study.world, asked, counter=counter_moves(evidence, study.world))
    found = middle_test(bench, resolve(evidence, ["acreage-only"]), full=False)
    chances = {name: one.value or 0.0 for name, one in found.probabilities.items()}
    return found.verdict, chances


def test_acreage_fails_until_the_facts_tie_processing_to_it(study: Study) -> None:
    evidence = study.evidence
    assert verdict_on(study, evidence)[0] == "FAIL"
    ore = tied(evidence, ("ree-ore", 5000.0))
    assert verdict_on(study, ore)[0] == "FAIL"
    separation = tied(evidence, ("ndpr-oxide", 3000.0), ("dy-tb-oxide", 120.0))
    verdict, chances = verdict_on(study, separation)
    assert verdict == "PARTIAL"
    assert chances["C2"] >= 0.5 > chances["C3"]
    plants = {"ree-ore": 3000.0, "ndpr-oxide": 1500.0, "dy-tb-oxide": 80.0}
    plants |= {"ndfeb-magnet": 3000.0, "smco-magnet": 100.0}
    whole = tied(evidence, *(list(plants.items()) * 4))
    verdict, chances = verdict_on(study, whole)
    assert chances["C3"] > 0.5, chances
    assert verdict == "PASS", chances
