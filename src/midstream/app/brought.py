"""Files that readers send and the data they accept: kept in a folder of this run alone.

The folder is named by the process and is gone when the server stops. One that a server left which
was ended from outside is cleared at the next start, by a worker; see `tasks.importing.cleared`.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from midstream.app.editions import Editions
from midstream.app.failures import refuse
from midstream.app.service import Service
from midstream.app.settings import StudyText

#: What the folder of a run is called, before the number of its process.
RUN = "run-"
#: Characters of a file's name that are kept, how many bytes of them, and how many letters what
#: stands behind the last dot may have to be an ending; release and edition stand in names.
_KEPT = re.compile(r"[^\w .()+-]")
LONGEST, ENDING = 120, 20


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent.

    Attributes:
        id: Its name in addresses, which nobody can guess.
        name: Name of the file, without what no name needs.
        size: Bytes.
        path: Where it is.
    """

    id: str
    name: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Accepted:
    """An import that was accepted.

    Attributes:
        study: The study on its data.
        told: What was said when it was accepted.
    """

    study: StudyText
    told: bytes


class Brought:
    """Files sent and data accepted; the oldest go when there are too many."""

    def __init__(self, service: Service, editions: Editions) -> None:
        self.service, self.editions = service, editions
        self.root = editions.root / "imports"
        self.folder = self.root / f"{RUN}{os.getpid()}"
        self._sent: OrderedDict[str, Sent | None] = OrderedDict()
        self._accepted: OrderedDict[str, Accepted] = OrderedDict()

    def start(self) -> None:
        """Make the folder of this run; nobody else may look into it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)

    def close(self) -> None:
        """Forget everything that was brought."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def keep(self, name: str, parts: AsyncIterator[bytes]) -> Sent:
        """Write a file as it comes in; it has its name once it is whole.

        Raises:
            ServedError: 429 if too many files are being sent, 422 if it is empty.
        """
        id = secrets.token_hex(10)
        self._room(id)
        place = self.folder / id
        try:
            # What is worked out from a file lies beside its folder: no name can be in the way.
            (place / "file").mkdir(parents=True)
            path = place / "file" / plain_name(name)
            part = place / ".part"
            with part.open("wb") as out:
                async for chunk in parts:
                    out.write(chunk)
            made = Sent(id, path.name, part.stat().st_size, path)
            if not made.size:
                raise refuse(422, "the file is empty", path.name, mend="choose another file")
            part.rename(path)
        except BaseException:
            self._drop(id)
            raise
        self._sent[id] = made
        return made

    def _room(self, id: str) -> None:
        whole = [one for one, made in self._sent.items() if made is not None]
        while len(self._sent) >= self.service.limits.imports:
            if not whole:
                raise refuse(
                    429, "too many files are being sent", "import",
                    f"the server takes {self.service.limits.imports} at a time", "wait a moment",
                )  # fmt: skip
            self._drop(whole.pop(0))
        self._sent[id] = None

    def _drop(self, id: str) -> None:
        self._sent.pop(id, None)
        self._clear(self.folder / id)

    def _clear(self, folder: Path) -> None:
        """Remove a folder once no job reads it any more."""
        for job in self.service.jobs.values():
            if not job.done.done() and str(folder) in repr(job.values):
                job.done.add_done_callback(lambda _: self._clear(folder))
                return
        shutil.rmtree(folder, ignore_errors=True)

    def sent(self, id: str) -> Sent:
        """Give a file that was sent.

        Raises:
            ServedError: 404 if it is not there, or no longer.
        """
        found = self._sent.get(id)
        if found is None:
            why = f"the last {self.service.limits.imports} files are kept, until the server stops"
            raise refuse(404, "no such file", "upload", why, "send it again")
        return found

    def place_of(self, key: str, base: StudyText, what: str) -> StudyText:
        """Give the study that an import makes of another one: named by what was asked."""
        name = f"data-{hashlib.sha256(f'{key}/{base.id}'.encode()).hexdigest()[:12]}"
        own = "" if base.data else " (your data)"
        return replace(
            base,
            id=name,
            title=f"{base.title}{own}",
            own=True,
            data=str(self.folder / name / "data"),
            brought=(*base.brought, what),
        )

    def accepted(self, name: str) -> Accepted | None:
        """Give an import that was accepted; ``None`` where it was not, or is gone."""
        return self._accepted.get(name)

    def accept(self, study: StudyText, told: bytes) -> None:
        """Serve a study on its data; the oldest goes when there are too many."""
        while len(self._accepted) >= self.service.limits.imports:
            self.discard(next(iter(self._accepted)))
        self._accepted[study.id] = Accepted(study, told)
        self.service.bring(study)

    def discard(self, name: str) -> None:
        """Let go of accepted data, and of every study that stands on it."""
        gone = self._accepted.pop(name, None)
        if gone is None:
            return
        held = self.service.studies
        for one in [one for one in held.values() if one.data == gone.study.data]:
            del held[one.id]
            self.editions.forget(one)
        self._clear(self.folder / name)

    def download(self, name: str, file: str) -> Path:
        """Give a file that goes with accepted data.

        Raises:
            ServedError: 404 if there is none.
        """
        path = self.folder / name / file
        if name not in self._accepted or not path.is_file():
            raise refuse(404, "no such data", name, "it is kept until the server stops")
        return path


def plain_name(name: str) -> str:
    """Give the name of a file without folders and without characters no name needs."""
    bare = _KEPT.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem, dot, ending = bare.rpartition(".")
    if len(ending) >= ENDING:
        stem, dot, ending = bare, "", ""
    return _short(stem, LONGEST - len((dot + ending).encode())) + dot + ending or "file"


def _short(text: str, most: int) -> str:
    """Cut a text to so many bytes, as folders count the letters of a name."""
    return text.encode()[:most].decode(errors="ignore")
