"""What somebody sends who means harm, or has a broken program: refused in words, never a fault."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.formparsers import MultiPartParser
from starlette.requests import ClientDisconnect

from midstream.app import connections
from midstream.app.own import changed_in, own_study
from midstream.app.safety import HEADERS, Guard, Message, Receive, Scope, Send
from midstream.app.server import create_app
from midstream.app.settings import UPLOAD, Limits, Settings, StudyText
from quick_studies import SMALL
from served_study import Served

API = "/api/v1"
SHOCK = {"study": "small", "actor": "CHN", "form": "ndfeb-magnet", "target": "WLD"}

#: Text that would run, or leave the place it is put in, if it were not escaped.
MARKUP = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>", "<!--studies--><!--main-->", "{{7*7}}",
)  # fmt: skip
ODD = (
    "", "-1", "1e309", "nan", "9" * 5000, "\u0661\u0662", "\u00b2", "\x00", "a\r\nX: y", "%00",
    "../../etc/passwd", "\U0001f600" * 40, "A" * 5000, "=1+1", "null", "[]", "x=", "=",
)  # fmt: skip

#: Addresses beside the API, with the fields they read.
FIELDS = {
    "/": "study country",
    "/sector/wind": "country",
    "/country": "study country",
    "/shock": "study country actor form target instrument depth months notice expected",
    "/shock/result": "study actor form target instrument depth months notice full",
    "/shock/figure/price-lab.csv": "study actor form depth months",
    "/policy": "country lever subject delay size.repm-2",
    "/policy/result": "country lever subject delay",
    "/policy/plan": "country budget currency by sector measure per_year payer in_year without",
    "/policy/plan/result": "budget currency by sector per_year payer in_year without",
    "/import": "study country kind upload codes year",
    "/import/template/observations.csv": "study",
    "/evidence": "country text metric material form stage label offset",
    "/evidence/facts": "text metric material form stage label offset",
    "/what-if": "study observation value",
    "/trace/par:shock.engine.leakage": "study country",
    "/tool/ranks": "country sector stage draws",
    "/tool/target/result": "country form capacity year price draws",
    "/tool/signal": "signal value draws",
    "/find.js": "study",
    "/api": "study country",
}


def sound(answer: httpx.Response) -> None:
    """Hold an answer to what is promised of every one."""
    said = f"{answer.request.method} {answer.request.url}"[:400]
    assert answer.status_code < 500, f"{said}: {answer.text[:300]}"
    for name, value in HEADERS:
        assert answer.headers.get(name.decode()) == value.decode(), said
    assert "Traceback" not in answer.text
    if answer.headers.get("content-type", "").startswith("text/html"):
        found = re.search(r"<script>alert|<img src=x|<svg/onload|\b49\b.{0,4}7\*7", answer.text)
        assert found is None, said


@pytest.mark.parametrize("way", FIELDS)
def test_odd_values_are_answered_and_text_stays_text(served: Served, way: str) -> None:
    odd, markup = cycle(ODD), cycle(MARKUP)
    names = FIELDS[way].split()
    asked: list[list[tuple[str, str]]] = [[(name, text)] for name in names for text in MARKUP[:2]]
    asked += [[(name, next(odd))] for name in names for _ in range(4)]
    # Several at once, and one of them three times.
    asked += [[(name, next(markup)) for name in names]]
    asked += [[(names[-1], next(odd)) for _ in range(3)] + [(name, next(odd)) for name in names]]
    for values in asked:
        answer = served.client.get(way, params=values)
        sound(answer)
        if answer.status_code == 202:
            served.client.delete(f"{API}/jobs/{answer.json()['job']}")


@pytest.mark.parametrize("text", [*MARKUP, "../../x", "\x00", "\U0001f600"])
def test_odd_names_in_addresses_are_answered(served: Served, text: str) -> None:
    ways = ("/{}", "/sector/{}", "/country/{}", "/trace/{}", "/tool/{}", "/figures/{}",
            "/static/{}", "/studies/{}.toml", "/import/template/{}.csv", "/shock/figure/{}.csv",
            "/import/{}/tables.zip", "/api/v1/jobs/{}", "/api/v1/{}")  # fmt: skip
    for way in ways:
        answer = served.client.get(way.format(httpx.QueryParams({"x": text}).__str__()[2:]))
        sound(answer)
        assert answer.status_code in (302, 404, 422), way


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 3000,
        "x = " + "{a=" * 1500,
        "x = " + "9" * 5000,
        ".".join("a" * 3000) + " = 1",
        "[" + ".".join("a" * 3000) + "]",
        "[assumptions.x]\ny = 1",
        'assumptions = "x"',
        "\x00",
        'title = "<script>alert(1)</script>"',
        "draws = nan",
    ],
)
def test_a_study_file_that_means_harm_is_refused_at_once(served: Served, text: str) -> None:
    begun = time.monotonic()
    answer = served.client.post("/studies", files={"file": ("s.toml", text.encode())})
    sound(answer)
    assert answer.status_code == 422
    assert answer.json()["error"]["what"]
    assert time.monotonic() - begun < 10


def test_reading_a_long_key_takes_no_time() -> None:
    """It took the square of its parts: 64,000 bytes held the whole server for a minute."""
    base = StudyText("small", "Wind", SMALL)
    for text in (".".join("a" * 30_000) + " = 1", "[" + " . ".join("a" * 15_000) + "]"):
        begun = time.monotonic()
        with pytest.raises(Exception, match="cannot be read"):
            changed_in(text)
        with pytest.raises(Exception, match="cannot be read"):
            own_study(text, base)
        assert time.monotonic() - begun < 2


def test_a_study_file_of_a_windows_editor_is_read(served: Served) -> None:
    answer = served.client.post(
        "/studies", files={"file": ("s.toml", b"\xef\xbb\xbf" + SMALL.encode())},
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 303


def test_an_assumption_nobody_knows_is_named_as_it_was_written(served: Served) -> None:
    answer = served.client.post("/studies", data={"\U0001f600": "1"})
    assert answer.status_code == 422
    assert "\U0001f600" in answer.json()["error"]["what"] + answer.json()["error"]["where"]


@pytest.mark.parametrize("name", ["work", "file", ".part", "\u6f22" * 130 + ".csv", "a" * 390])
def test_a_file_may_have_any_name(served: Served, name: str) -> None:
    sent = served.client.post("/import/file", params={"name": name}, content=b"Mineral,Country\n")
    assert sent.status_code == 201, sent.text
    asked = {"study": "small", "kind": "wmd", "upload": sent.json()["upload"]}
    answer = served.client.post("/import/look", params=asked)
    while answer.status_code == 202:
        time.sleep(0.05)
        answer = served.client.get(answer.json()["result"])
    sound(answer)
    assert "column" in answer.json()["error"]["what"]


@pytest.mark.parametrize(
    "way", ["/studies", "/studies/file", "/shock/bill", "/import/look", UPLOAD]
)
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data\r\n\r\nx"),
        ('multipart/form-data; boundary="\u00e9"', b"\xff\xfe"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"+ADw-script+AD4-=%ff&%=&&=="),
        ("application/json", b"{"),
    ],
)
def test_bodies_that_are_no_forms_are_refused(
    served: Served, way: str, kind: str, body: bytes
) -> None:
    headers = {"content-type": kind.encode("latin-1")}
    asked = {"study": "small"}
    answer = served.client.post(
        way, content=body, headers=headers, params=asked, follow_redirects=False
    )
    sound(answer)
    # A form without a field changes nothing: the study that is made of it is the one there was.
    empty = way.startswith("/studies") and answer.status_code in (200, 303)
    assert empty or 400 <= answer.status_code < 500


def test_a_bill_names_no_formula_and_runs_no_markup(served: Served) -> None:
    bill = (
        f'item,form,quantity,unit\n"{MARKUP[1].replace(chr(34), chr(34) * 2)}",NdFeB magnet,1,t\n'
    )
    for buyers in ("USA", MARKUP[0][:40]):
        answer = served.client.post(
            "/shock/bill", params={**SHOCK, "instrument": "export-ban"},
            data={"pasted": bill, "buyers": buyers},
        )  # fmt: skip
        sound(answer)
    formula = "item,form,quantity,unit\n=1+1,NdFeB magnet,=2,t\n"
    answer = served.client.post("/shock/bill", params=SHOCK, data={"pasted": formula})
    assert answer.status_code == 422


def test_a_form_is_never_written_to_disk(tmp_path: Path) -> None:
    create_app(Settings((StudyText("small", "Wind", SMALL),), cache=tmp_path, warm=False))
    assert MultiPartParser.spool_max_size >= Limits().body_bytes


@pytest.mark.parametrize(
    ("site", "mode", "target", "status"),
    [
        ("cross-site", "no-cors", "image", 403),
        ("same-site", "cors", "empty", 403),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "navigate", "document", 200),
        ("same-origin", "cors", "empty", 200),
        ("none", "navigate", "document", 200),
    ],
)
def test_other_sites_may_lead_here_and_have_nothing_worked_out(
    served: Served, site: str, mode: str, target: str, status: int
) -> None:
    headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": target}
    answer = served.client.get(f"{API}/studies", headers=headers)
    sound(answer)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:\u00b2", "localhost.", "x@localhost"],
)
def test_only_names_of_this_machine_are_answered_to(served: Served, host: str) -> None:
    answer = served.client.get("/about", headers={b"host": host.encode("latin-1")})
    sound(answer)
    assert answer.status_code == 421


@pytest.mark.parametrize(
    ("host", "status"),
    [("192.168.1.5:8000", 200), ("[fe80::1]:8000", 200), ("evil.example", 421), ("127.1", 421)],
)
def test_a_server_that_listens_everywhere_answers_to_numbers_and_to_no_name(
    host: str, status: int
) -> None:
    async def fine(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    for numbers in (True, False):
        start = guarded(fine, nothing, host=host, numbers=numbers)[0]
        assert start["status"] == (status if numbers else 421)


def test_a_client_cannot_stop_the_job_of_another(served: Served) -> None:
    asked = {"draws": 2999, "wait": 0}
    with httpx.Client(base_url=served.base, timeout=60) as other:
        mine, theirs = (
            one.get(f"{API}/outlook", params=asked).json()["job"] for one in (served.client, other)
        )
        assert mine != theirs
        assert other.delete(f"{API}/jobs/{theirs}").json()["state"] == "stopped"
        for way in ("", "/result"):
            gone = other.get(f"{API}/jobs/{theirs}{way}")
            assert (gone.status_code, gone.json()["error"]["what"]) == (404, "the job was stopped")
        assert other.delete(f"{API}/jobs/{theirs}").status_code == 404
        assert served.client.get(f"{API}/jobs/{mine}").json()["state"] in ("waiting", "running")
    served.client.delete(f"{API}/jobs/{mine}")


def ended(served: Served, answer: httpx.Response) -> httpx.Response:
    """Follow a job to its end."""
    while answer.status_code == 202:
        time.sleep(0.05)
        answer = served.client.get(answer.json()["result"])
    return answer


@pytest.mark.parametrize(
    ("way", "asked", "says"),
    [
        ("/what-if", {"observation": "o-08b9a3bb", "value": "-5"}, "-5 is out of range"),
        ("/what-if", {"observation": "o-08b9a3bb", "value": "1e308"}, "less than or equal"),
        ("/shock/result", {**SHOCK, "months": "600", "full": "1"}, "600 is out of range"),
        ("/tool/target/result", {"country": "DEU", "form": "ndfeb-magnet", "capacity": "1e-12",
                                 "year": "2026", "draws": "5", "price": "5e-324"}, None),
    ],
)  # fmt: skip
def test_extreme_figures_are_worked_out_or_refused_in_words(
    served: Served, way: str, asked: dict[str, str], says: str | None
) -> None:
    answer = ended(served, served.client.get(way, params=asked))
    sound(answer)
    if says is not None:
        assert answer.status_code == 422
        assert says in answer.json()["error"]["what"]


def test_a_plan_whose_limits_allow_nothing_says_so(served: Served, levers: str) -> None:
    asked = {"study": levers, "budget": "1000", "draws": "10", "per_year": "1e-9"}
    answer = ended(served, served.client.get("/policy/plan/result", params=asked))
    sound(answer)
    assert answer.status_code == 422
    assert "limits" in answer.json()["error"]["why"]


def raw(served: Served, data: bytes, seconds: float = 5) -> bytes:
    """Send bytes, and give what comes back until the server closes the connection."""
    host, _, port = served.base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as one:
        one.sendall(data)
        found = b""
        while part := one.recv(65536):
            found += part
    return found


@pytest.mark.parametrize(
    "data",
    [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
     b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9e9\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_http_is_refused_in_words_under_the_same_headers(
    served: Served, data: bytes
) -> None:
    head, _, body = raw(served, data).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b'"what": "invalid http request received"' in body
    for name, value in HEADERS:
        assert name + b": " + value in head


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\nHost: local"])
def test_a_connection_that_says_nothing_is_closed(
    served: Served, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.1)
    assert raw(served, data) == b""


def test_there_are_only_so_many_connections(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, _, port = served.base.removeprefix("http://").partition(":")
    place = host, int(port)
    monkeypatch.setattr(connections, "MOST", 3)
    silent = [socket.create_connection(place, timeout=5) for _ in range(6)]
    # Whoever asks something gets in: those that have been silent for longest make room.
    assert httpx.get(f"{served.base}{API}/studies").status_code == 200
    assert [one.recv(1) for one in silent[:3]] == [b""] * 3
    silent[-1].settimeout(0.1)
    with pytest.raises(TimeoutError):
        silent[-1].recv(1)
    monkeypatch.setattr(connections, "MOST", 0)
    monkeypatch.setattr(connections.Connection, "silent", False)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{served.base}{API}/studies")
    monkeypatch.undo()
    for one in silent:
        one.close()
    assert httpx.get(f"{served.base}{API}/studies").status_code == 200


def test_what_is_closed_in_the_middle_leaves_no_trace(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    host, _, port = served.base.removeprefix("http://").partition(":")
    form = (b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9999\r\n\r\n--x\r\n"
            b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc')  # fmt: skip
    for way in (b"/studies", b"/shock/bill", b"/import/file?name=a.csv"):
        with socket.create_connection((host, int(port)), timeout=5) as one:
            one.sendall(b"POST " + way + b" HTTP/1.1\r\nHost: localhost\r\n" + form)
    asked = b"GET /api/v1/outlook?draws=77&wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=5) as one:
        one.sendall(asked)
    time.sleep(0.3)
    assert served.client.get(f"{API}/studies").status_code == 200
    assert not [one for one in caplog.records if one.exc_info or one.levelname == "ERROR"]


Inner = Callable[[Scope, Receive, Send], Awaitable[None]]


def guarded(
    inner: Inner, receive: Receive, host: str = "localhost", numbers: bool = False, **limits: Any
) -> list[Message]:
    """Give what a guard sends of an answer."""
    study = StudyText("small", "Wind", SMALL)
    settings = Settings((study,), numbers=numbers, limits=Limits(**limits))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/studies", "client": ("::1", 1),
             "headers": [(b"host", host.encode())]}  # fmt: skip
    asyncio.run(Guard(inner, settings)(scope, receive, send))
    return sent


async def reads(_scope: Scope, receive: Receive, _send: Send) -> None:
    """A route that reads its whole body."""
    while (await receive()).get("more_body"):
        pass


def test_a_body_that_comes_too_slowly_is_given_up() -> None:
    parts = iter([b"x", b"y"])

    async def drips() -> Message:
        body = next(parts, None)
        if body is None:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": body, "more_body": True}

    begun = time.monotonic()
    start, body = guarded(reads, drips, body_pause=0.05)
    assert (start["status"], time.monotonic() - begun < 5) == (408, True)
    assert b"too slowly" in body["body"]
    assert (b"connection", b"close") in start["headers"]


def test_a_body_that_drips_is_given_up_though_it_never_pauses() -> None:
    async def drips() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    start, _ = guarded(reads, drips, body_pause=0.1, body_pace=1000)
    assert start["status"] == 408


async def nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def test_a_fault_of_ours_is_told_under_the_same_headers(caplog: pytest.LogCaptureFixture) -> None:
    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise KeyError("a secret")

    start, body = guarded(fails, nothing)
    assert start["status"] == 500
    assert set(HEADERS) <= set(start["headers"])
    assert b"secret" not in body["body"]
    assert "a secret" in caplog.text


def test_a_reader_who_leaves_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    async def leaves(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ClientDisconnect

    assert guarded(leaves, nothing) == []
    assert not caplog.records


def test_a_question_of_the_api_whose_reader_has_left_is_not_begun(tmp_path: Path) -> None:
    study = StudyText("small", "Wind", SMALL)
    app = create_app(Settings((study,), cache=tmp_path, warm=False))
    comes = iter(
        [
            {"type": "http.request", "body": b"", "more_body": False},
            {"type": "http.disconnect"},
        ]
    )
    sent: list[Message] = []

    async def receive() -> Message:
        return next(comes)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/api/v1/outlook",
        "raw_path": b"/api/v1/outlook", "query_string": b"draws=7&wait=60", "root_path": "",
        "scheme": "http", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"localhost")],
    }  # fmt: skip
    # Its lanes have not begun, so that every job waits.
    begun = time.monotonic()
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 409
    assert time.monotonic() - begun < 30
    assert not app.state.service.jobs
    assert app.state.service.lanes["slow"].next_job() is None
