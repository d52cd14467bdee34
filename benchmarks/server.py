"""The server under load: eight readers on this machine, and one who asks for too much.

    python benchmarks/server.py [--seconds 60] [--study india-us]
    python benchmarks/server.py --tight
    python benchmarks/server.py --fuzz 2000

The first form starts a server, waits for its pages, and lets eight clients read pages and move the
sliders of the shock lab and the policy bench while a ninth hands in the largest jobs it may. With
``--tight`` the eight ask for first looks of the shock lab alone, one after the other without a
pause, which no reader does. Both print percentiles of the time to the last byte, errors, and memory
of all processes together: at rest, at its height, and when the slow process has ended. A page that
processes share is counted once in all (proportional set size). The load comes from a process of
its own on the same machine and takes a part of its processors; how much is printed. The last form
checks the OpenAPI document with schemathesis.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import httpx
import numpy as np

PAGES = ("/", "/sectors", "/sector/wind", "/money", "/outlook", "/leverage", "/sources",
         "/api/v1/score?wait=60", "/static/site.css", "/find.js")  # fmt: skip
#: Seconds between two requests of a reader: quicker than anybody reads or drags.
THINK = 0.08
#: Seconds in which a server that is left alone comes to rest: the slow process ends.
SETTLE = 15.0
#: Processes of a server at rest: itself, the one workers come from and its tracker, two workers.
PROCESSES = 5
#: Seconds to wait for jobs that were handed in.
PATIENCE = 240
#: Share of requests that move a slider.
MOVES = 0.12


class Served:
    """A server in a process of its own."""

    def __init__(self, study: str, cache: Path, port: int = 8917) -> None:
        self.base = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "midstream", "serve", "--port", str(port)]
        command += ["--study", study, "--cache", str(cache), "--draws", "200"]
        self.process = subprocess.Popen(command)

    def ready(self) -> float:
        """Wait until the pages are there; gives the seconds it took."""
        begun = time.perf_counter()
        while True:
            try:
                text = httpx.get(self.base, timeout=10).text
                if "is being worked out" not in text:
                    return time.perf_counter() - begun
            except httpx.TransportError:
                pass
            time.sleep(0.5)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def proportional(process: int) -> float:
    """Memory of a process with shared pages counted in part, MB; 0 once it has ended."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8")
    except OSError:
        return 0.0
    found = re.search(r"Pss:\s+(\d+)", text)
    return int(found.group(1)) / 1024 if found else 0.0


def below(process: int) -> list[int]:
    """A process and all that were begun from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(
                path.read_text("utf-8").rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def memory(process: int) -> list[float]:
    """Memory of a process and of all below it, MB, the largest first."""
    return sorted((proportional(one) for one in below(process)), reverse=True)


class Scale:
    """Weighs the server again and again until it is told to stop, and keeps the heaviest moment."""

    def __init__(self, process: int) -> None:
        self.process, self.end = process, threading.Event()
        self.most: list[float] = []
        self.thread = threading.Thread(target=self._weigh)
        self.thread.start()

    def _weigh(self) -> None:
        while not self.end.wait(1.0):
            now = memory(self.process)
            self.most = max(self.most, now, key=sum)

    def stop(self) -> list[float]:
        self.end.set()
        self.thread.join()
        return self.most


def told(parts: list[float]) -> dict[str, object]:
    """Memory in words: all of it, and process by process."""
    return {"all": round(sum(parts)), "by process": [round(one) for one in parts if one > 1]}


def shock(rng: random.Random) -> str:
    depth, months = rng.randint(4, 20) / 20, rng.randint(2, 36)
    return (
        f"/shock/result?actor=CHN&form=ndfeb-magnet&target=IND&target=USA&target=JPN"
        f"&instrument=export-ban&depth={depth}&months={months}&notice={rng.randint(0, 90)}"
    )


def policy(rng: random.Random) -> str:
    size = rng.randint(0, 30) / 10
    delay = rng.randint(0, 8) / 2
    return f"/policy/result?lever=repm-2&lever=tech-jv&size.tech-jv={size}&delay={delay}"


class Client:
    """A connection that stays open; it costs the machine less than a library for requests."""

    def __init__(self, base: str) -> None:
        self.connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=300)

    def get(self, way: str) -> tuple[int, bytes]:
        self.connection.request("GET", way)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


class Readers:
    """Clients that read and move sliders until they are told to stop."""

    def __init__(self, base: str, *, tight: bool) -> None:
        self.base, self.tight, self.end = base, tight, threading.Event()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def read(self, seed: int) -> None:
        rng, client = random.Random(seed), Client(self.base)
        while not self.end.is_set():
            kind, way = ("shock", shock(rng)) if self.tight else chosen(rng)
            begun = time.perf_counter()
            status, body = client.get(way)
            self.times[kind].append(time.perf_counter() - begun)
            if status != 200:
                self.errors.append(f"{way}: {status} {body[:120]!r}")
            if not self.tight:
                time.sleep(THINK * (0.5 + rng.random()))

    def burden(self) -> None:
        """Hand in the largest jobs one client may."""
        number, client = 0, Client(self.base)
        while not self.end.is_set():
            number += 1
            client.get(f"/api/v1/outlook?draws={4000 - number % 50}&wait=0")
            ban = "actor=CHN&form=ndfeb-magnet&target=WLD&instrument=export-ban"
            client.get(f"/api/v1/shock/run?{ban}&draws={1000 + number % 50}&wait=0")
            time.sleep(0.2)


def chosen(rng: random.Random) -> tuple[str, str]:
    """What a reader does next: mostly read, now and then move a slider."""
    if rng.random() >= MOVES:
        return "read", rng.choice(PAGES)
    return ("shock", shock(rng)) if rng.random() < 0.5 else ("policy", policy(rng))


def load(
    seconds: float, study: str, cache_folder: Path | None, *, tight: bool
) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as cache:
        served = Served(study, cache_folder or Path(cache))
        try:
            waited = served.ready()
            readers = Readers(served.base, tight=tight)
            # What is read is ready, and the first question of each kind has been asked.
            for way in (*PAGES, shock(random.Random(0)), policy(random.Random(0))):
                httpx.get(served.base + way, timeout=300)
            time.sleep(SETTLE)
            rest, scale = memory(served.process.pid), Scale(served.process.pid)
            spent = time.process_time()
            press(readers, seconds)
            spent = time.process_time() - spent
            most = scale.stop()
            time.sleep(SETTLE)
            after = settled(served.process.pid)
        finally:
            served.stop()
    return {
        "seconds until the pages are there": round(waited, 1),
        **{kind: percentiles(times) for kind, times in sorted(readers.times.items())},
        "errors": readers.errors[:10],
        "processors the load itself took": round(spent / seconds, 2),
        "memory, MB": {"at rest": told(rest), "at its height": told(most), "after": told(after)},
    }


def press(readers: Readers, seconds: float) -> None:
    """Let all clients loose for some seconds."""
    clients = [threading.Thread(target=readers.read, args=(one,)) for one in range(8)]
    if not readers.tight:
        clients.append(threading.Thread(target=readers.burden))
    for one in clients:
        one.start()
    time.sleep(seconds)
    readers.end.set()
    for one in clients:
        one.join()


def settled(process: int) -> list[float]:
    """Memory once the jobs still waiting are done and the slow process has ended."""
    for _ in range(PATIENCE):
        if len(below(process)) <= PROCESSES:
            break
        time.sleep(1.0)
    return memory(process)


def percentiles(times: list[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(times, (50, 95, 99)) * 1e3
    return {
        "requests": len(times),
        "p50 ms": round(p50, 1),
        "p95 ms": round(p95, 1),
        "p99 ms": round(p99, 1),
    }


def fuzz(cases: int) -> int:
    """Check the OpenAPI document with schemathesis on a small study."""
    study = Path(__file__).parent.parent / "tests" / "quick_studies.py"
    text = study.read_text("utf-8").split('SMALL = """')[1].split('"""')[0]
    with tempfile.TemporaryDirectory() as cache:
        path = Path(cache) / "small.toml"
        path.write_text(text, encoding="utf-8")
        served = Served(str(path), Path(cache) / "pages")
        try:
            served.ready()
            config = Path(cache) / "schemathesis.toml"
            config.write_text(CONFIG, encoding="utf-8")
            command = ["schemathesis", "--config-file", str(config), "run"]
            command += [f"{served.base}/api/v1/openapi.json", "--max-examples"]
            command += [str(max(1, cases // 30)), "--workers", "1", "--seed", "1"]
            tool = Path(sys.executable).with_name(command[0])
            return subprocess.run([str(tool), *command[1:]], check=False).returncode
        finally:
            served.stop()


#: An id that is well formed may still name nothing, a client may ask too much, and an answer may
#: be waited for as long as a request may say.
CONFIG = """
request-timeout = 90

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "409", "422", "429", "503"]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--study", default="india-us")
    parser.add_argument("--cache", type=Path, help="folder with pages of an earlier run")
    parser.add_argument("--tight", action="store_true", help="shock what-ifs without a pause")
    parser.add_argument("--fuzz", type=int, default=0, help="cases of schemathesis in all")
    asked = parser.parse_args()
    if asked.fuzz:
        sys.exit(fuzz(asked.fuzz))
    found = load(asked.seconds, asked.study, asked.cache, tight=asked.tight)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
