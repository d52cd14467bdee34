"""A plan under counter-moves: rows, slips, lineage, and where nothing can be tested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from midstream.policy.flip import flips
from midstream.policy.frame import Choice, OpenBench
from midstream.policy.others import others
from midstream.policy.stress import Stressed, stresses
from midstream.policy.stress_cover import Shields, funded
from midstream.policy.stress_flood import flood_of
from midstream.policy.stress_moves import MOVES, Plain
from midstream.policy.worth import next_fact
from midstream.study import Study
from units.policy.stress_made import FORM, SUBJECT, choice, effect, lever, project, real

IDS = ("flood", "squeeze", "licence-queue", "technology-ban", "export-control")


@pytest.fixture(scope="module")
def plan(study: Study) -> tuple[OpenBench, Choice]:
    return real(study, "technology-offtake")


@pytest.fixture(scope="module")
def rows(plan: tuple[OpenBench, Choice]) -> dict[str, Stressed]:
    return {row.id: row for row in stresses(*plan)}


def test_every_move_has_a_row(rows: dict[str, Stressed]) -> None:
    assert tuple(rows) == IDS
    for row in rows.values():
        assert set(row.delta) == {"C2", "C3"}
        assert 0 <= (row.survival.value or 0.0) <= 1
        assert row.how
        assert row.assumptions


def test_what_is_lost_is_what_is_no_longer_delivered(
    plan: tuple[OpenBench, Choice], rows: dict[str, Stressed]
) -> None:
    bench, chosen = plan
    whole = float(bench.outcome(chosen.levers).sovereign.mean())
    for row in rows.values():
        assert row.lost.value is not None
        assert row.deliverable.value is not None
        assert row.deliverable.value + row.lost.value == pytest.approx(whole)
        assert row.lost.value >= 0
    assert (rows["flood"].lost.value or 0.0) > 0


def test_an_export_control_says_which_projects_slip(
    plan: tuple[OpenBench, Choice], rows: dict[str, Stressed]
) -> None:
    bench, chosen = plan
    here = {one.id for one in bench.projects(chosen.levers)}
    slips = rows["export-control"].slips
    assert slips
    assert {slip.project for slip in slips} <= here
    for slip in slips:
        assert 0 < (slip.met.value or 0.0) <= 1
        assert 12 <= (slip.months.value or 0.0) <= 36
    assert not any(row.slips for name, row in rows.items() if name != "export-control")


def test_technology_on_record_elsewhere_is_not_met(
    plan: tuple[OpenBench, Choice], rows: dict[str, Stressed]
) -> None:
    bench, chosen = plan
    leaders = bench.world.leaders
    free = {
        one.id
        for one in bench.projects(chosen.levers)
        if one.technology and one.technology != leaders[one.form][0]
    }
    assert free
    assert free.isdisjoint({slip.project for slip in rows["export-control"].slips})


def test_a_control_delays_the_run_it_is_laid_over(plan: tuple[OpenBench, Choice]) -> None:
    bench, chosen = plan
    plain = Plain.of(bench, bench.future(chosen.levers), Shields(SUBJECT))
    laid = MOVES[-1].lay(plain)
    later = bench.future(chosen.levers, stress=laid.stress).paths.start
    for number, one in enumerate(plain.projects):
        there = np.isfinite(plain.start[:, number])
        slip = laid.stress.slip.get(one.id, np.zeros(bench.draws))
        delay = later[there, number] - plain.start[there, number]
        assert (delay <= slip[there] + 1e-6).all()
        assert (delay >= -1e-9).all()


def quantities(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict) and "lineage" in found:
        yield found
    elif isinstance(found, dict):
        for part in found.values():
            yield from quantities(part)
    elif isinstance(found, list):
        for part in found:
            yield from quantities(part)


def test_every_number_can_be_traced(plan: tuple[OpenBench, Choice]) -> None:
    bench, chosen = plan
    answers = [one.to_dict() for one in stresses(bench, chosen)]
    answers += [one.to_dict() for one in flips(bench, chosen)]
    answers += [one.to_dict() for one in next_fact(bench, chosen)]
    answers.append(others(bench, chosen).to_dict())
    found = list(quantities(answers))
    assert len(found) > 40
    for one in found:
        tree = bench.ledger.trace(one["lineage"])
        assert tree["quantity"]["value"] == one["value"]
        assert tree["name"]


def test_two_plans_have_numbers_of_their_own(study: Study) -> None:
    bench, chosen = real(study, "repm-2")
    ids = {row.lost.lineage for row in stresses(bench, chosen)}
    other = {row.lost.lineage for row in stresses(bench, real(study, "tech-jv")[1])}
    assert ids.isdisjoint(other)


def test_nothing_is_tested_where_the_subject_is_the_leader(study: Study) -> None:
    bench, chosen = real(study, subject="CHN")
    assert all(flood_of(bench, form) is None for form in ("ndpr-oxide", "ndfeb-magnet"))
    assert stresses(bench, chosen) == ()


def test_a_plan_that_funds_nothing_has_no_survival(study: Study) -> None:
    for row in stresses(*real(study, "framework-2026")):
        assert row.survival.value is None


def test_a_squeeze_takes_the_share_of_the_dominant_supplier(
    plan: tuple[OpenBench, Choice],
) -> None:
    bench, chosen = plan
    plain = Plain.of(bench, bench.future(chosen.levers), Shields(SUBJECT))
    stocked = Plain.of(
        bench, bench.future(chosen.levers), Shields(SUBJECT, months={"ndpr-oxide": 12.0})
    )
    assert "ndfeb-magnet" not in plain.abroad
    share = plain.abroad["ndpr-oxide"]
    assert 0 < share <= 1
    feed = MOVES[1].lay(plain).stress.feed["ndpr-oxide"]
    assert feed[:-2] == pytest.approx(np.zeros(len(feed) - 2))
    assert feed[-1] == pytest.approx(share * plain.value("squeeze.depth"))
    assert MOVES[1].lay(stocked).stress.feed["ndpr-oxide"][-1] == pytest.approx(feed[-1] / 2)


def test_a_flood_that_cannot_be_followed_is_not_survived(study: Study) -> None:
    bench, chosen = real(study, "acreage-only")
    flood, squeeze, *_ = stresses(bench, chosen)
    assert "ree-ore" in flood.left_out
    assert flood.survival.value is None
    assert (squeeze.left_out, squeeze.survival.value) == ((), 1.0)


FUNDS = {
    "an added line": (lever("one"), ("new",)),
    "a facility by name": (lever("one", effect(target="plant")), ("old", "new")),
    "a form": (lever("one", effect(form=FORM)), ("old", "new")),
    "a standing": (lever("one", effect(standing="slot")), ("slot", "new")),
}


@pytest.mark.parametrize("case", FUNDS)
def test_what_a_plan_funds(case: str) -> None:
    one, wanted = FUNDS[case]
    projects = (
        project("old", facility="plant"),
        project("slot", standing="slot", form="ndfeb-magnet"),
        project("abroad", country="JPN"),
        project("new"),
    )
    forms = (FORM, "ndfeb-magnet")
    before = frozenset({"old", "slot", "abroad"})
    found = funded((one,), projects, before, SUBJECT, forms)
    there = [each.id for each, hit in zip(projects, found, strict=True) if hit]
    assert tuple(there) == wanted


def test_a_plan_without_means_funds_all_it_aims_at() -> None:
    projects = (project("old"), project("magnet", form="ndfeb-magnet"))
    here = frozenset({"old", "magnet"})
    found = funded(choice(lever("one")).levers, projects, here, SUBJECT, (FORM, "ndfeb-magnet"))
    assert found.tolist() == [True, False]
