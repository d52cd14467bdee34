"""Jobs and their readers, processes and their memory."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from midstream.app import lanes, nursery, worker
from midstream.app.failures import ServedError
from midstream.app.lanes import Job
from midstream.app.memory import height
from midstream.app.service import Service
from midstream.app.settings import Limits, Settings, StudyText
from midstream.app.worker import Place
from midstream.study import load

STUDY = StudyText("small", "A study", "")


def service(waiting: int = 6) -> Service:
    """A service whose lanes have not begun, so that every job waits."""
    return Service(Settings((STUDY,), limits=Limits(waiting=waiting), warm=False))


async def left() -> None:
    """A reader who has gone already."""


async def look(asked: Service, depth: float, *, stays: bool, client: str = "reader") -> None:
    gone = None if stays else left
    await asked.value(client, "quick", "shock.first", STUDY, {"depth": depth}, gone=gone)


def jobs(asked: Service) -> list[Job]:
    return list(asked.jobs.values())


def test_a_look_whose_reader_has_left_is_not_begun() -> None:
    async def scene() -> None:
        asked = service()
        with pytest.raises(ServedError) as error:
            await look(asked, 0.5, stays=False)
        assert error.value.status == 409
        assert [job.state for job in jobs(asked)] == ["stopped"]
        assert asked.lanes["quick"].next_job() is None

    asyncio.run(scene())


def test_a_look_somebody_else_waits_for_is_kept() -> None:
    async def scene() -> None:
        asked = service()
        waiting = asyncio.create_task(look(asked, 0.5, stays=True, client="other"))
        await asyncio.sleep(0)
        with pytest.raises(ServedError):
            await look(asked, 0.5, stays=False)
        (job,) = jobs(asked)
        assert job.state == "waiting"
        assert asked.lanes["quick"].next_job() is job
        waiting.cancel()

    asyncio.run(scene())


def test_a_job_whose_address_was_given_is_kept() -> None:
    async def scene() -> None:
        asked = service()
        job = asked.job("reader", "quick", "shock.first", STUDY, {"depth": 0.5})
        with pytest.raises(ServedError):
            await look(asked, 0.5, stays=False)
        assert job.state == "waiting"

    asyncio.run(scene())


def test_a_dragging_reader_has_one_look_waiting_and_is_never_refused() -> None:
    async def scene() -> None:
        asked = service(waiting=2)
        for step in range(20):
            with pytest.raises(ServedError) as error:
                await look(asked, step / 20, stays=False)
            assert error.value.status == 409
        last = asyncio.create_task(look(asked, 1.0, stays=True))
        await asyncio.sleep(0)
        job = asked.lanes["quick"].next_job()
        assert job is not None
        assert job.values[1] == {"depth": 1.0}
        last.cancel()

    asyncio.run(scene())


def test_clients_take_turns() -> None:
    async def scene() -> None:
        asked = service()
        for depth in (0.1, 0.2, 0.3):
            asked.job("greedy", "quick", "shock.first", STUDY, {"depth": depth})
        asked.job("other", "quick", "shock.first", STUDY, {"depth": 0.9})
        order = [asked.lanes["quick"].next_job() for _ in range(4)]
        assert [job.client for job in order if job] == ["greedy", "other", "greedy", "greedy"]
        assert asked.lanes["quick"].next_job() is None

    asyncio.run(scene())


def runs(process: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_slow_process_ends_when_it_has_nothing_to_do_and_the_quick_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "IDLE", 0.1)

    async def scene() -> None:
        asked = service()
        asked.start()
        slow, quick = (asked.lanes[name].hands[0] for name in ("slow", "quick"))
        assert slow.process is None
        for name in ("slow", "quick"):
            await asked.value("reader", name, "edition.assets", str(tmp_path / name))
        assert any((tmp_path / "slow").iterdir())
        kept = [hand.process for hand in asked.lanes["quick"].hands if hand.process]
        while slow.process is not None:
            await asyncio.sleep(0.05)
        assert kept
        assert all(runs(one) for one in kept)
        await asked.value("reader", "slow", "edition.assets", str(tmp_path / "again"))
        again = slow.process
        assert again is not None
        await asked.close()
        while runs(again):
            await asyncio.sleep(0.05)
        assert quick.process is None

    asyncio.run(scene())


def test_a_process_that_has_grown_ends_after_its_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert height() > 10_000_000
    monkeypatch.setattr(worker, "_places", [place()])
    folder = str(tmp_path)
    monkeypatch.setattr(worker, "KEPT_BYTES", 1 << 60)
    assert not worker.work("edition.assets", folder).grown
    monkeypatch.setattr(worker, "KEPT_BYTES", 1)
    assert worker.work("edition.assets", folder).grown
    assert worker.work("shock.full", STUDY, {}).grown

    async def scene() -> None:
        hand = lanes.Hand(quick=False)
        job = Job("name", "reader", "edition.assets", (folder,), asyncio.Future())
        assert not (await hand.run(job, 60)).grown
        kept = hand.process
        monkeypatch.setattr(lanes, "work", grown)
        assert (await hand.run(job, 60)).grown
        assert hand.process is None
        while kept is not None and runs(kept):
            await asyncio.sleep(0.05)

    asyncio.run(scene())


def test_a_fault_of_ours_is_told_and_the_lane_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        asked = service()
        asked.start()
        with pytest.raises(ServedError) as error:
            await asked.value("reader", "slow", "edition.assets", "one", "too many")
        assert error.value.status == 500
        await asked.value("reader", "slow", "edition.assets", str(tmp_path))
        await asked.close()

    asyncio.run(scene())
    assert any(tmp_path.iterdir())
    assert "edition.assets" in caplog.text
    assert "TypeError" in caplog.text


def grown(*_asked: object) -> worker.Outcome:
    """A job after which the process has grown."""
    return worker.Outcome(grown=True)


def place() -> Place:
    """What a worker keeps, in this process."""
    context = nursery.context()
    return Place(context.Value("d", 0.0, lock=False), context.Value("i", 0, lock=False), True)


def test_a_study_that_was_open_before_the_fork_is_not_opened_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = load("india-us")
    monkeypatch.setitem(nursery.opened, STUDY, study)
    assert place().study(STUDY) is study


def test_no_database_is_open_when_workers_are_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    study = load("india-us")
    monkeypatch.setattr(nursery.gc, "freeze", nursery.gc.collect)
    monkeypatch.setitem(nursery.opened, STUDY, study)
    held = [nursery.release().bulk, study.evidence.bulk]
    before = [bulk.production("tin") for bulk in held]
    assert all(bulk._connection is not None for bulk in held)
    nursery.settle()
    assert [bulk._connection for bulk in held] == [None, None]
    assert [bulk.production("zinc")[0].material for bulk in held] == ["zinc", "zinc"]
    assert [bulk.production("tin") for bulk in held] == before


def test_what_is_named_for_the_fork_arrives_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(nursery.STUDY, raising=False)
    assert nursery.announced() is None
    named = StudyText("own", "A \u201cstudy\u201d", 'id = "own"\n', True, ("a", "b"), "", ("c",))
    monkeypatch.setenv(nursery.STUDY, "")
    nursery.announce(named)
    assert nursery.announced() == named


def test_the_server_process_holds_none_of_the_engine() -> None:
    engine = {"numpy", "numba", "duckdb", "midstream.study", "midstream.app.warm"}
    code = f"import sys, midstream.app.server; print(sorted({engine!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_pages_of_other_code_are_not_those_of_this(monkeypatch: pytest.MonkeyPatch) -> None:
    from midstream.app.tasks import edition

    here = edition.writer()
    assert here == edition.writer.__wrapped__()
    monkeypatch.setattr(edition, "WRITES", edition.WRITES - {".css"})
    assert edition.writer.__wrapped__() != here


@pytest.mark.parametrize("quick", [True, False])
def test_a_slow_process_gives_back_what_its_job_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    given: list[str] = []
    here = place()
    here.quick = quick
    monkeypatch.setattr(worker, "_places", [here])
    monkeypatch.setattr(worker, "give_back", lambda: given.append("all"))
    assert worker.work("edition.assets", str(tmp_path)).failure is None
    assert given == ([] if quick else ["all"])
