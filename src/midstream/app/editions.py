"""Written pages of the studies: made once in a worker, kept in a folder, read from there."""

from __future__ import annotations

import json
import tempfile
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from midstream.app.failures import refuse
from midstream.app.lanes import Job, value_of
from midstream.app.service import Ready, Service, ready
from midstream.app.settings import StudyText

#: Parts of the glass box kept in memory for each study.
SHARDS = 24

_MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass
class Edition:
    """The pages of one study.

    Attributes:
        folder: Where they are.
        stamp: What stands in its ``stamp.json``.
    """

    folder: Path
    stamp: dict[str, Any]
    _shards: OrderedDict[str, dict[str, Any]] = field(default_factory=OrderedDict)

    @classmethod
    def read(cls, folder: Path) -> Edition:
        """Open a folder that a worker has written."""
        return cls(folder, json.loads((folder / "stamp.json").read_text("utf-8")))

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every file by its path in the folder: what is asked for is looked up here."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path for path in found}

    @cached_property
    def shell(self) -> str:
        """The frame of a page without its content."""
        return self.files["pages/shell.html"].read_text("utf-8")

    def node(self, lineage: str) -> dict[str, Any] | None:
        """Give what the glass box knows of a number; ``None`` where it is not on a page."""
        name = f"glass/{shard_of(lineage)}.json"
        if name not in self._shards:
            while len(self._shards) >= SHARDS:
                self._shards.popitem(last=False)
            self._shards[name] = json.loads(self.files[name].read_bytes())
        self._shards.move_to_end(name)
        found: dict[str, Any] | None = self._shards[name].get(lineage)
        return found

    @cached_property
    def sources(self) -> dict[str, list[str]]:
        """Sources named in the glass box."""
        found: dict[str, list[str]] = json.loads(self.files["glass/sources.json"].read_bytes())
        return found


def shard_of(lineage: str) -> str:
    """Give the part of the glass box that holds a lineage: FNV-1a over its bytes, last byte."""
    hashed = 0x811C9DC5
    for byte in lineage.encode():
        hashed = ((hashed ^ byte) * 0x01000193) & 0xFFFFFFFF
    return f"{hashed & 0xFF:02x}"


class Editions:
    """Editions of the studies a server has, and the files all of them share."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._own: tempfile.TemporaryDirectory[str] | None = None
        if service.settings.cache is None:
            self._own = tempfile.TemporaryDirectory(prefix="midstream-")
        self.root = Path(self._own.name) if self._own else Path(str(service.settings.cache))
        self.shared = self.root / "shared"
        self._known: dict[StudyText, Edition] = {}
        self._jobs: dict[StudyText, Job] = {}

    def close(self) -> None:
        """Forget what was kept for this run alone."""
        if self._own is not None:
            self._own.cleanup()

    async def prepare(self) -> None:
        """Have the shared files written, and the pages of the first study begun."""
        await self.service.value("server", "quick", "edition.assets", str(self.shared))
        await self.service.value("server", "quick", "importing.cleared", str(self.root / "imports"))
        if self.service.settings.warm:
            self.of(self.service.study(""))

    def known(self, study: StudyText) -> Edition | None:
        """Give the pages of a study if they are at hand; nothing is begun."""
        return self._known.get(study)

    def of(self, study: StudyText) -> Edition | Job:
        """Give the pages of a study, or the job that makes them.

        Raises:
            ServedError: the error of the job.
        """
        known = self._known.get(study)
        if known is not None:
            return known
        values = (study, str(self._folder(study)), self.service.settings.draws)
        job = self._jobs.get(study)
        if job is None:
            # Pages of an earlier start are found at once, whatever the slow lane is busy with.
            job = self._jobs[study] = self.service.job(
                "server", "quick", "edition.written", *values
            )
        if not job.done.done():
            return job
        folder = value_of(self._jobs.pop(study).done.result())
        if folder:
            self._known[study] = Edition.read(Path(folder))
            return self._known[study]
        job = self._jobs[study] = self.service.job("server", "slow", "edition.make", *values)
        return job

    def _folder(self, study: StudyText) -> Path:
        """Where the pages of a study go: those on a reader's data stay beside the data."""
        return Path(study.data).parent / "pages" if study.data else self.root

    def forget(self, study: StudyText) -> None:
        """Let go of the pages of a study that is no longer served."""
        self._known.pop(study, None)
        self._jobs.pop(study, None)

    def file(self, study: StudyText, name: str) -> Ready:
        """Give a file of an edition that is made.

        Raises:
            ServedError: 404 if there is none, or the edition is not made yet.
        """
        edition = self.of(study)
        if isinstance(edition, Job) or name not in edition.files:
            raise refuse(404, "no such file", name, mend="open the page it belongs to")
        return self._ready((study, name), edition.files[name])

    def shared_file(self, name: str) -> Ready:
        """Give a file all pages share.

        Raises:
            ServedError: 404 if there is none.
        """
        for folder in (self.shared / "static", Path(__file__).parent / "static"):
            if name in {path.name for path in folder.glob("*")}:
                return self._ready(("static", name), folder / name)
        raise refuse(404, "no such file", name)

    def _ready(self, key: object, path: Path) -> Ready:
        found = self.service.kept.get(key)
        if found is None:
            found = ready(path.read_bytes(), _MEDIA.get(path.suffix, "application/octet-stream"))
            self.service.kept.put(key, found)
        return found
