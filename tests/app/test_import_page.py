"""Own data in the explorer: what a file would change, the study on it, and what is refused."""

from __future__ import annotations

import io
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import pytest

from midstream.app.brought import plain_name
from midstream.app.tasks.importing import WORDS
from midstream.evidence import Evidence
from midstream.evidence.importers import KINDS
from quick_studies import SMALL
from served_study import Served
from units.importers.samples import BACI, BACI_NAME, CODES, WMD, contents, workbook

#: Less rare earths mined in China, and some in Germany, in the shape of a publisher's file.
RARE = WMD + (
    "Rare Earths,China,156,CHN,255000,900,metr. t,r\n"
    "Rare Earths,Germany,276,DEU,90000,90000,metr. t,r\n"
)


def shipped() -> dict[str, bytes]:
    return contents(Path(str(resources.files("midstream.data"))))


def error_of(answer: httpx.Response) -> dict[str, str]:
    found: dict[str, str] = answer.json()["error"]
    return found


def send(client: httpx.Client, text: str | bytes, name: str = "6.4.csv") -> str:
    data = text.encode() if isinstance(text, str) else text
    answer = client.post("/import/file", params={"name": name}, content=data)
    assert answer.status_code == 201, answer.text
    assert answer.json()["bytes"] == len(data)
    return str(answer.json()["upload"])


def done(client: httpx.Client, way: str, **asked: str) -> httpx.Response:
    """Ask for an import and wait for its answer."""
    answer = client.post(f"/import/{way}", params=asked)
    while answer.status_code == 202:
        time.sleep(0.1)
        answer = client.get(answer.json()["result"])
    return answer


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text))


@pytest.fixture(scope="module")
def brought(served: Served) -> tuple[str, str]:
    """A study on data that were accepted: its name, and what was said."""
    upload = send(served.client, RARE)
    answer = done(served.client, "accept", study="small", kind="wmd", upload=upload)
    assert answer.status_code == 200, answer.text
    found = re.search(r"data-[0-9a-f]{12}", answer.text)
    assert found is not None
    return found.group(), answer.text


def test_a_file_is_looked_at_before_anything_is_kept(served: Served) -> None:
    before = len(served.client.get("/api/v1/studies").json())
    upload = send(served.client, RARE)
    told = done(served.client, "look", study="small", kind="wmd", upload=upload)
    text = plain(told.text)
    assert "6.4.csv would change" in text
    assert re.search(r"Production, Rare earths[^.]* 900 ", text)
    assert re.search(r"Label", text)
    # A score of the study moves, and says from where to where.
    assert re.search(r"Germany Wind power C1 \S+ \S+", text)
    assert 'href="/trace/' in told.text
    assert "midstream import wmd &#34;6.4.csv&#34; --accept" in told.text
    assert len(served.client.get("/api/v1/studies").json()) == before
    page = served.client.get("/import", params={"kind": "wmd", "upload": upload}).text
    assert "6.4.csv is here already" in page


def test_the_study_opens_on_accepted_data(served: Served, brought: tuple[str, str]) -> None:
    name, told = brought
    assert f"/?study={name}" in told
    rows = [
        served.client.get(
            "/api/v1/evidence/show",
            params={
                "study": study, "metric": "production", "country": "CHN",
                "material": "rare-earths", "period": "2024", "format": "csv",
            },
        ).text
        for study in ("small", name)
    ]  # fmt: skip
    assert "900.0" in rows[1]
    assert "900.0" not in rows[0]
    # Others are not told about it.
    assert name not in served.client.get("/api/v1/studies").text
    assert name not in served.client.get("/?study=small").text


def test_its_pages_say_what_they_stand_on(served: Served, brought: tuple[str, str]) -> None:
    name, _ = brought
    while "is being worked out" in served.client.get("/", params={"study": name}).text:
        time.sleep(0.25)
    text = served.client.get("/", params={"study": name}).text
    assert "Told on data of your own: wmd from 6.4.csv" in plain(text)
    assert "wmd from 6.4.csv" not in served.client.get("/").text
    own = served.client.get("/import", params={"study": name}).text
    assert "6.4.csv changed" in plain(own)
    # Assumptions changed beside it stand on the same data.
    changed = {"shock.engine.leakage": "0.4"}
    answer = served.client.post(f"/studies?study={name}", data=changed, follow_redirects=False)
    other = answer.headers["location"].partition("study=")[2]
    shown = served.client.get(
        "/api/v1/evidence/show", params={"study": other, "country": "CHN", "period": "2024"}
    )
    assert shown.json()["data_release"] != Evidence.load().release.id


def test_accepted_data_can_be_taken_away(
    served: Served, brought: tuple[str, str], tmp_path: Path
) -> None:
    name, _ = brought
    tables = zipfile.ZipFile(
        io.BytesIO(served.client.get(f"/import/{name}/tables.zip").content)
    ).namelist()
    assert tables == ["observations.csv", "release.toml", "sources.csv"]
    whole = served.client.get(f"/import/{name}/folder.zip")
    assert whole.headers["content-disposition"].startswith("attachment")
    zipfile.ZipFile(io.BytesIO(whole.content)).extractall(tmp_path)
    local = Evidence.load(tmp_path / "local-data")
    assert local.release.id != Evidence.load().release.id
    assert served.client.get(f"/import/{name}/release.toml").status_code == 404
    assert served.client.get("/import/data-000000000000/tables.zip").status_code == 404


def test_numbers_come_with_the_codes_of_their_publisher(served: Served) -> None:
    upload = send(served.client, BACI, BACI_NAME)
    codes = send(served.client, CODES, "country_codes_V202701.csv")
    asked = {"study": "small", "kind": "baci", "upload": upload}
    assert done(served.client, "look", **asked, codes=codes).status_code == 200
    answer = done(served.client, "look", **asked)
    assert answer.status_code == 422
    assert "list of country codes is missing" in error_of(answer)["what"]


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b" " * 30_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("6.4.csv", "Mineral,Country\nTin,Bolivia\n", "column 'unit' is missing"),
        ("6.4.csv", WMD.replace("19000", "=1+1"), "is not a number"),
        ("6.4.csv", WMD.replace("Bolivia", "<b>Nowhere</b>").replace("BOL", "QQQ"), "country"),
        ("6.4.csv", WMD.encode("utf-16"), "NUL character"),
        ("6.4.csv", WMD + f"Tin,Peru,1,{'x' * 90_000},1,2,t,r\n", "country"),
        ("6.4.xlsx", bomb(), "packed"),
        ("6.4.xlsx", b"PK\x03\x04 broken", "cannot be read"),
    ],
)
def test_a_bad_file_is_refused_in_the_words_of_the_command_line(
    served: Served, name: str, data: str | bytes, words: str
) -> None:
    upload = send(served.client, data, name)
    answer = done(served.client, "look", study="small", kind="wmd", upload=upload)
    assert answer.status_code == 422, answer.text
    told = error_of(answer)
    assert words in told["what"]
    assert told["where"].startswith(name)
    # Errors are JSON, which no browser takes for markup.
    assert answer.headers["content-type"] == "application/json"


def test_what_cannot_be_asked_is_refused(served: Served) -> None:
    client = served.client
    upload = send(client, WMD)
    answer = done(client, "look", study="small", kind="wnd", upload=upload)
    assert (answer.status_code, error_of(answer)["mend"]) == (422, "did you mean wmd?")
    assert done(client, "look", study="small", kind="wmd").status_code == 422
    assert done(client, "look", study="small", kind="wmd", upload="0" * 20).status_code == 404
    assert done(client, "look", study="small", kind="wmd", upload="../..").status_code == 422
    empty = client.post("/import/file", params={"name": "6.4.csv"}, content=b"")
    assert error_of(empty)["what"] == "the file is empty"


def test_only_pages_of_this_server_may_send(served: Served) -> None:
    for way in ("file?name=x.csv", "look", "accept"):
        answer = served.client.post(
            f"/import/{way}", content=b"x", headers={"origin": "http://elsewhere.example"}
        )
        assert answer.status_code == 403
    gone = served.client.delete(
        "/import/data-000000000000", headers={"sec-fetch-site": "cross-site"}
    )
    assert gone.status_code == 403


def test_a_file_above_the_limit_is_sent_to_the_command_line(served: Served) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(8):
            yield b"x" * 100_000

    for content in (b"x" * 500_000, parts()):
        answer = served.client.post("/import/file", params={"name": "a.csv"}, content=content)
        assert answer.status_code == 413
        assert "midstream import" in error_of(answer)["mend"]
    # Other addresses keep their own limit.
    other = served.client.post("/import/look", content=b"x" * 300_000)
    assert other.status_code == 413
    assert "midstream import" not in error_of(other)["mend"]


def test_the_oldest_files_and_data_go(served: Served) -> None:
    client = served.client
    first = send(client, WMD)
    names = []
    for number in range(4):
        upload = send(client, WMD.replace("18000", f"1800{number}"))
        told = done(client, "accept", study="small", kind="wmd", upload=upload).text
        names.append(re.findall(r"data-[0-9a-f]{12}", told)[0])
        again = done(client, "accept", study="small", kind="wmd", upload=upload)
        assert again.text == told
    assert done(client, "look", study="small", kind="wmd", upload=first).status_code == 404
    client.delete(f"/import/{names[-1]}")
    assert client.get(f"/import/{names[-1]}/tables.zip").status_code == 404
    assert client.get("/", params={"study": names[-1]}).status_code == 404
    assert client.get(f"/import/{names[0]}/tables.zip").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_templates_are_given_and_taken_back(served: Served, kind: str) -> None:
    answer = served.client.get(f"/import/template/observations.{kind}")
    assert answer.status_code == 200
    if kind == "csv":
        upload = send(served.client, answer.content, "observations.csv")
        told = done(served.client, "look", study="small", kind="observations", upload=upload)
        assert told.status_code == 422
    assert served.client.get(f"/import/template/nothing.{kind}").status_code == 422
    assert served.client.get("/import/template/bill.pdf").status_code == 404


def test_a_workbook_is_read(served: Served, tmp_path: Path) -> None:
    rows = [line.split(",") for line in WMD.splitlines()]
    head = ["Country", "unit", "2023", "2024", "data source"]
    sheet = [head, *([row[1], row[6], row[4], row[5], row[7]] for row in rows[1:2])]
    path = workbook(tmp_path / "6.4.xlsx", {"Cobalt": sheet})
    upload = send(served.client, path.read_bytes(), path.name)
    answer = done(served.client, "look", study="small", kind="wmd", upload=upload)
    assert answer.status_code == 200, answer.text


def test_every_kind_has_words() -> None:
    assert set(WORDS) == set(KINDS)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("6.4.xlsx", "6.4.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\BACI_HS17_Y2024_V202601.csv", "BACI_HS17_Y2024_V202601.csv"),
        (".hidden", "hidden"),
        ("a<b>\0\n.csv", "a_b___.csv"),
        ("/", "file"),
        ("x" * 300 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_name_leads_nowhere(name: str, made: str) -> None:
    assert plain_name(name) == made


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Run:
    """The real server in a process of its own."""

    def __init__(self, folder: Path) -> None:
        study = folder / "small.toml"
        study.write_text(SMALL, encoding="utf-8")
        port, self.cache = free_port(), folder / "cache"
        command = [sys.executable, "-m", "midstream", "serve", "--study", str(study)]
        command += ["--port", str(port), "--cache", str(self.cache), "--draws", "100"]
        self.port, self.process = port, subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120)
        while not self.answers():
            assert self.process.poll() is None
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            return self.client.get("/api/v1/studies").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def folder(self) -> Path:
        return self.cache / "imports" / f"run-{self.process.pid}"

    def workers(self) -> list[int]:
        return [pid for pid, parent in parents() if parent == self.process.pid]

    def wait(self, pattern: str) -> None:
        while not any(self.folder.glob(pattern)):
            time.sleep(0.005)

    def end(self, how: int) -> None:
        self.client.close()
        self.process.send_signal(how)
        self.process.wait(timeout=60)


def parents() -> Iterator[tuple[int, int]]:
    """Every process with the one that started it."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        yield int(path.parent.name), int(text.rpartition(")")[2].split()[1])


def half_a_file(run: Run) -> Any:
    """Begin to send a file and stop in the middle."""
    stream = socket.create_connection(("127.0.0.1", run.port))
    head = f"POST /import/file?name=6.4.csv HTTP/1.1\r\nHost: 127.0.0.1:{run.port}\r\n"
    stream.sendall(f"{head}Content-Length: 1000000\r\n\r\n{WMD * 100}".encode())
    return stream


@pytest.mark.parametrize("step", ["sending", "accepting"])
def test_a_server_that_is_killed_leaves_nothing_half_written(step: str, tmp_path: Path) -> None:
    before = shipped()
    run = Run(tmp_path)
    if step == "sending":
        stream = half_a_file(run)
        run.wait("*/.part")
    else:
        upload = send(run.client, WMD)
        run.client.post("/import/accept", params={"kind": "wmd", "upload": upload})
        run.wait("data-*/.data.building-*")
        stream = None
    workers, left = run.workers(), run.folder
    run.end(signal.SIGKILL)
    if stream is not None:
        stream.close()
    # No page and no data folder is half-written: what was begun lies in the folder of that run.
    assert not list(left.glob("data-*/data"))
    assert {path.name for path in run.cache.iterdir()} <= {"imports", "shared"} | {
        path.parent.name for path in run.cache.glob("*/stamp.json")
    } | {path.name for path in run.cache.glob(".*building-*")}
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.05)
    again = Run(tmp_path)
    try:
        while left.exists():
            time.sleep(0.05)
        assert [path.name for path in again.cache.glob("imports/*")] == [again.folder.name]
        assert again.client.get("/import").status_code == 200
        upload = send(again.client, WMD)
        told = done(again.client, "accept", kind="wmd", upload=upload)
        assert "Open the study on your data" in told.text
    finally:
        again.end(signal.SIGTERM)
    assert not again.folder.exists()
    assert shipped() == before
