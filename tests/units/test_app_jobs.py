"""Jobs and their addresses: whose they are, who may stop them, what is forgotten, what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from midstream.app import commands
from midstream.app.commands import COMMANDS
from midstream.app.failures import ServedError
from midstream.app.lanes import Hand, Job
from midstream.app.queries import ShockQuery
from midstream.app.safety import Guard, Message, Receive, Scope, Send
from midstream.app.service import Kept, Service, ready
from midstream.app.settings import Limits, Settings, StudyText
from midstream.app.worker import Outcome
from midstream.study import Study

STUDY = StudyText("small", "A study", "")
ASKED = ("slow", "policy.full", STUDY)


def service(limits: Limits | None = None) -> Service:
    """A service whose lanes have not begun, so that every job waits."""
    return Service(Settings((STUDY,), limits=limits or Limits(), warm=False))


async def ended(job: Job, value: object) -> None:
    """Let a job end, and those who wait for it hear of it."""
    job.state = "done"
    job.done.set_result(Outcome(value))
    await asyncio.sleep(0)


def test_nobody_stops_the_job_of_another() -> None:
    async def scene() -> None:
        asked = service()
        mine, yours = (asked.address(asked.job(one, *ASKED), one) for one in ("me", "you"))
        assert mine.job is yours.job
        assert mine.name != yours.name
        yours.leave()
        yours.leave()
        assert (mine.state, yours.state) == ("waiting", "stopped")
        assert asked.lanes["slow"].next_job() is mine.job
        mine.leave()
        assert mine.job.done.result().status == 409

    asyncio.run(scene())


def test_the_last_who_leaves_stops_a_job_that_runs() -> None:
    async def scene() -> None:
        asked = service()
        mine, yours = (asked.address(asked.job(one, *ASKED), one) for one in ("me", "you"))
        hand = Hand(quick=False)
        mine.job.state, mine.job.hand = "running", hand
        yours.leave()
        assert hand.stop.value == 0
        mine.leave()
        assert hand.stop.value == 1

    asyncio.run(scene())


def test_a_client_who_asks_again_has_one_address_and_one_say() -> None:
    async def scene() -> None:
        asked = service()
        first, again = (asked.address(asked.job("me", *ASKED), "me") for _ in range(2))
        assert first is again
        first.leave()
        assert first.job.done.result().status == 409

    asyncio.run(scene())


def test_who_looks_at_the_making_of_pages_stops_nothing() -> None:
    async def scene() -> None:
        asked = service()
        job = asked.job("server", "slow", "edition.make", STUDY)
        seen = asked.address(job, "", holds=False)
        assert asked.address(job, "", holds=False) is seen
        seen.leave()
        assert (seen.state, job.readers) == ("waiting", 1)

    asyncio.run(scene())


def test_what_nobody_can_ask_for_again_is_forgotten() -> None:
    async def scene() -> None:
        asked = service()
        untold, told = (asked.job("me", "quick", "shock.first", STUDY, n) for n in (1, 2))
        address = asked.address(told, "me")
        for job in (untold, told):
            await ended(job, b"x" * 10)
        assert not asked.jobs
        assert list(asked.addresses.values()) == [address]
        assert asked.known(address.name).job.done.result().value == b"x" * 10
        # The same question is a new job, as the old one is done.
        assert asked.job("me", "quick", "shock.first", STUDY, 2) is not told

    asyncio.run(scene())


def test_outcomes_are_kept_up_to_a_limit_the_newest_in_any_case() -> None:
    async def scene() -> None:
        asked = service(Limits(outcome_bytes=100))
        names = []
        for number, size in enumerate((60, 30, 50, 400)):
            job = asked.job("me", "slow", "policy.full", STUDY, number)
            names.append(asked.address(job, "me").name)
            await ended(job, b"x" * size)
            if number == 2:
                assert list(asked.addresses) == names[1:]
        assert list(asked.addresses) == names[3:]
        with pytest.raises(ServedError) as error:
            asked.known(names[0])
        assert error.value.status == 404

    asyncio.run(scene())


def test_addresses_of_what_is_done_go_before_those_of_what_waits() -> None:
    async def scene() -> None:
        asked = service(Limits(jobs=3, waiting=9))
        made = [asked.job("me", "slow", "policy.full", STUDY, n) for n in range(3)]
        waits, done, last = (asked.address(job, "me") for job in made)
        await ended(done.job, b"")
        fresh = asked.address(asked.job("me", "slow", "policy.full", STUDY, 3), "me")
        assert list(asked.addresses.values()) == [waits, last, fresh]

    asyncio.run(scene())


def test_all_clients_together_hand_in_only_so_much() -> None:
    async def scene() -> None:
        asked = service(Limits(jobs=2, waiting_bytes=1000))
        asked.job("one", "slow", "shock.bill", STUDY, b"x" * 600)
        with pytest.raises(ServedError) as error:
            asked.job("two", "slow", "shock.bill", STUDY, b"y" * 600)
        assert (error.value.status, "600" in error.value.failure.why) == (429, False)
        # Who asks the same as another is given the same job, which takes no room.
        asked.job("two", "slow", "shock.bill", STUDY, b"x" * 600)
        asked.job("two", "slow", "shock.bill", STUDY, b"y")
        with pytest.raises(ServedError) as error:
            asked.job("three", "quick", "shock.first", STUDY)
        assert error.value.status == 429

    asyncio.run(scene())


def test_what_was_asked_counts_as_kept_too() -> None:
    kept = Kept(1000)
    for number in range(20):
        kept.put((number, "q" * 300), ready(b"a", "text/plain"))
    assert kept.size <= 1000
    assert sum(kept.get((number, "q" * 300)) is not None for number in range(20)) == 3
    kept.put((19, "q" * 300), ready(b"b", "text/plain"))
    assert kept.size <= 1000


def test_a_process_that_cannot_begin_does_not_end_its_lane(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        asked = service()
        lane = asked.lanes["slow"]
        begun = Hand.run

        async def broken(_hand: Hand, _job: Job, _seconds: float) -> Outcome:
            raise OSError("no process can be made")

        async def whole(_hand: Hand, _job: Job, _seconds: float) -> Outcome:
            return Outcome("done")

        lane.start()
        monkeypatch.setattr(Hand, "run", broken)
        with pytest.raises(ServedError) as error:
            await asyncio.wait_for(asked.value("me", *ASKED), 10)
        assert error.value.status == 503
        monkeypatch.setattr(Hand, "run", whole)
        assert await asyncio.wait_for(asked.value("me", *ASKED), 10) == "done"
        monkeypatch.setattr(Hand, "run", begun)
        await lane.close()

    asyncio.run(scene())
    assert "no process can be made" in caplog.text


def test_a_shock_of_one_draw_is_a_quick_job() -> None:
    shock, outlook, show = (COMMANDS[name] for name in ("shock/run", "outlook", "evidence/show"))
    assert [shock.lane(draws) for draws in (1, 2, None)] == ["quick", "slow", "slow"]
    assert {outlook.lane(1), outlook.lane(None)} == {"slow"}
    assert show.lane(None) == "quick"


def test_a_shock_of_the_api_leaves_the_ledger_of_the_study_as_it_was(small: Study) -> None:
    """Clients ask for many; what they leave behind would fill the memory of a worker."""
    seen: list[object] = []
    of_study = commands.COMMANDS["shock/run"].run
    asked = ShockQuery(
        actor="CHN", form="ndfeb-magnet", target=["WLD"], instrument="export-ban", draws=1,
        depth=0.37,
    )  # fmt: skip
    before, answers = small.ledger, len(small._answers)

    def told(_share: float, _what: str = "") -> None:
        seen.append(small.ledger)

    answer: Mapping[str, Any] = of_study(small, asked, told)
    assert small.ledger is before
    lineage = answer["result"]["price_outside"][3]["lineage"]
    assert lineage not in before
    assert seen
    assert before not in seen
    assert len(small._answers) - answers <= 2


async def _answered(guard: Guard, client: tuple[str, int]) -> int:
    """Ask for a page, and give the status of the answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "method": "GET", "path": "/", "client": client}
    await guard({**scope, "headers": [(b"host", b"127.0.0.1")]}, receive, send)
    return int(sent[0]["status"])


def test_a_client_of_another_machine_is_held_to_a_rate_that_readers_here_are_not() -> None:
    async def page(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def scene() -> None:
        limits = Limits(rate=(0.001, 3), own_rate=(0.001, 5))
        guard = Guard(page, Settings((STUDY,), limits=limits))
        away = [await _answered(guard, ("192.0.2.1", port)) for port in range(4)]
        here = [await _answered(guard, ("127.0.0.1", 7)) for _ in range(6)]
        assert away == [200, 200, 200, 429]
        assert here == [200, 200, 200, 200, 200, 429]
        assert await _answered(guard, ("127.0.0.1", 8)) == 200

    asyncio.run(scene())
