"""The thesis test: verdicts follow the figures, whatever the figures are."""

from __future__ import annotations

from pathlib import Path

import pytest

from midstream.chain.change import OutputChange
from midstream.chain.world import World
from midstream.dependency.thesis import thesis, untestable
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.study import Study
from units.chain.toy import FORMS
from units.dependency.chains_toy import CHAIN, exact_evidence, opened


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return exact_evidence(tmp_path_factory.mktemp("thesis") / "data")


@pytest.fixture(scope="module")
def world(toy: Evidence) -> World:
    return opened(toy)


def test_leverage_by_stage_is_that_of_its_rows(toy: Evidence, world: World) -> None:
    chain = thesis(toy, world, draws=20).chains[0]
    values = {stage: quantity.value for stage, quantity in chain.stages.items()}
    assert values == pytest.approx({"C1": 5.25, "C2": 7.2, "C3": 4.8, "C4": 3.0})
    assert chain.verdict == "yes"
    assert chain.by_loss == "yes"
    # 7.2 at the oxide over 5.25 at the ore
    assert chain.margin.value == pytest.approx(7.2 / 5.25)
    assert chain.probabilities["c2_over_c1"] is not None
    assert chain.probabilities["c2_over_c1"].value == 1.0
    assert chain.probabilities["c3_over_c1"] is not None
    assert chain.probabilities["c3_over_c1"].value == 0.0


def test_the_answer_turns_when_the_middle_loses_its_output(toy: Evidence, world: World) -> None:
    changes = [OutputChange(form, "CHN", 0.02) for form in ("ndpr-oxide", "ndfeb-magnet")]
    found = thesis(toy, world.apply(*changes), draws=20)
    assert found.chains[0].verdict == "no"
    assert found.verdict == "no"
    assert found.counts["no"].value == 1.0
    assert found.counts["yes"].value == 0.0


def test_the_answer_turns_with_the_time_a_mine_takes(tmp_path: Path) -> None:
    evidence = exact_evidence(tmp_path / "data", **{"lead.new.C1": 30})
    chain = thesis(evidence, opened(evidence), draws=20).chains[0]
    assert chain.verdict == "no"
    # Loss alone does not know of time.
    assert chain.by_loss == "yes"


def test_another_holder_gets_an_answer_of_its_own(toy: Evidence, world: World) -> None:
    found = thesis(toy, world, holder="USA", draws=20)
    assert found.chains[0].verdict == "no"
    assert found.holder == "USA"


def test_chains_without_a_middle_or_an_end_are_named(study: Study) -> None:
    found = thesis(study.evidence, study.world, draws=100)
    assert found.untested["tungsten"] == "no middle stage with evidence"
    assert {chain.chain for chain in found.chains} | set(found.untested) == {
        row["id"] for row in study.evidence.table("chains").rows
    }
    total = sum(count.value or 0.0 for count in found.counts.values())
    assert total == len(found.chains)


def test_a_holder_without_output_in_a_chain_is_not_tested_there(
    toy: Evidence, world: World
) -> None:
    from midstream.chain.routes import route

    line = route(toy, world, CHAIN)
    assert untestable(world, line, "DEU") == "no output of the holder on record"
    assert untestable(world, line, "CHN") == ""


def test_every_number_is_in_the_ledger(toy: Evidence, world: World) -> None:
    found = thesis(toy, world, draws=20)
    chain = found.chains[0]
    numbers = [*chain.stages.values(), *chain.losses.values(), *found.counts.values()]
    numbers += [number for number in chain.probabilities.values() if number is not None]
    for number in numbers:
        assert number.lineage in found.ledger
        for name in found.ledger[number.lineage].inputs:
            assert name in found.ledger
    assert found.to_dict()["chains"][0]["verdict"] == chain.verdict


def test_the_holder_alone_can_be_asked_about_some_chains(tmp_path: Path) -> None:
    from units.dependency.chains_toy import chain_evidence

    chains = {"long": FORMS, "short": FORMS[:2]}
    evidence = chain_evidence(tmp_path / "data", chains=chains)
    found = thesis(evidence, opened(evidence), chains=["short"], draws=20)
    assert [chain.chain for chain in found.chains] == ["short"]
    assert "c3_over_c1" in found.chains[0].probabilities
    assert found.chains[0].probabilities["c3_over_c1"] is None
    with pytest.raises(InputError, match="no chain 'middle'"):
        thesis(evidence, opened(evidence), chains=["middle"])
