"""Answers kept on disk between runs, under a name made of all they follow from.

The name of a folder is a hash over the code, the libraries, the tables and the study file: what
changes any of them leads to another folder, so nothing that is found can be out of date. An answer
is kept with its lineage, which the ledger of the study takes when the answer is found. Large
arrays are not read but mapped, so that an answer costs what is looked at of it.

The files are pickles. They are read only from a folder that belongs to who asks and to whom no
one else can write.
"""

from __future__ import annotations

import hashlib
import io
import json
import mmap
import os
import pickle
import platform
import shutil
import struct
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midstream.evidence import Evidence, Node
from midstream.evidence.folder import file_hashes

if TYPE_CHECKING:
    from midstream.study.base import Base
    from midstream.study.config import StudyConfig

#: Answers worth keeping, by the first word of their key: they take long and hold no bench.
#: ``edition`` only says that all an edition asks for is there.
KINDS = frozenset(
    {
        "backtest",
        "beside",
        "card",
        "counter",
        "edition",
        "forecasts",
        "leverage",
        "market ahead",
        "match",
        "outlook",
        "peers",
        "plant",
        "policy others",
        "policy plan",
        "policy test",
        "scores ahead",
        "sector needs",
        "series",
        "shared",
        "shock",
        "supply risk",
        "target",
        "thesis",
        "transfers",
        "value",
        "watch",
    }
)
#: Libraries whose version an answer depends on.
LIBRARIES = ("duckdb", "highspy", "llvmlite", "numba", "numpy", "pint", "pyxirr", "scipy")
#: Variable that names another folder, or says ``off``.
SETTING = "MIDSTREAM_KEEP"
#: Bytes kept in all; the folders used longest ago go first.
MOST = 3_000_000_000

_PACKAGE = Path(__file__).resolve().parents[1]
_MAGIC = b"midstream answer 1\n"
_HEAD = struct.Struct("<QQ")
#: Arrays begin at multiples of this, as the processor likes it.
_ALIGNED = 64


def root() -> Path | None:
    """Give the folder of this user in which answers are kept; ``None`` where none are."""
    named = os.environ.get(SETTING)
    if named:
        return None if named == "off" else Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "midstream" / "answers"


class _Writer(pickle.Pickler):
    """Writes an answer: what every study has by a name, large arrays apart from the rest.

    Attributes:
        strings: Texts that may be lineage ids.
        buffers: Arrays, in the order in which they come.
    """

    def __init__(self, anchors: Mapping[str, object]) -> None:
        self.strings: set[str] = set()
        self.buffers: list[pickle.PickleBuffer] = []
        self._out = io.BytesIO()
        self._names = {id(held): name for name, held in anchors.items()}
        super().__init__(self._out, protocol=5, buffer_callback=self.buffers.append)

    def persistent_id(self, held: object) -> str | None:
        """Give the name of what is not written."""
        if type(held) is str:
            if ":" in held:
                self.strings.add(held)
            return None
        return self._names.get(id(held))

    def written(self, value: object) -> bytes:
        """Write a value, without its arrays."""
        self.dump(value)
        return self._out.getvalue()


class _Reader(pickle.Unpickler):
    """Reads what a `_Writer` has written."""

    def __init__(
        self, text: memoryview, buffers: Iterable[memoryview], anchors: Mapping[str, object]
    ) -> None:
        super().__init__(io.BytesIO(text), buffers=buffers)
        self._anchors = anchors

    def persistent_load(self, name: str) -> object:
        """Give what goes by a name."""
        return self._anchors[name]


class Keep:
    """Answers of one study that are kept on disk."""

    def __init__(self, study: Base, config: StudyConfig, folder: Path) -> None:
        """Open a keep.

        Args:
            study: Whose answers they are; its evidence is that of its folder, nothing changed.
            config: Its file.
            folder: Where all studies have their folders, see `root`.
        """
        self.study, self.config, self.root = study, config, folder

    @cached_property
    def folder(self) -> Path | None:
        """Folder of the study; ``None`` where it cannot be had, or others can write to it."""
        found = self.root / _name(self.study.evidence, self.config)
        with suppress(OSError):
            found.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (self.root, found):
                _check_owner(path)
            os.utime(found)
            self._tidy()
            return found
        return None

    @cached_property
    def _code(self) -> tuple[tuple[str, int, int], ...]:
        return _signature()

    def answer(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Give an answer: as it was kept, else made and kept."""
        path = self._path(key)
        if path is None:
            return make()
        found = self._read(path, key)
        if found is not None:
            answer, lineage = found
            self.study.ledger.nodes.update(lineage)
            return answer
        nodes, code = self.study.ledger.nodes, self._code
        before = len(nodes)
        answer = make()
        if code == _signature():
            self._write(path, key, answer, list(nodes)[before:])
        return answer

    def holds(self, key: Hashable) -> bool:
        """Whether an answer was kept."""
        path = self._path(key)
        return path is not None and path.is_file()

    def _path(self, key: Hashable) -> Path | None:
        """Where an answer is kept; ``None`` where it is none of those worth it."""
        kind = key[0] if isinstance(key, tuple) else key
        if kind not in KINDS or self.folder is None:
            return None
        return self.folder / f"{_hash(repr(key).encode())}.answer"

    @property
    def _anchors(self) -> Mapping[str, object]:
        """What every answer may refer to and none holds: it is there when the answer is read."""
        study, world = self.study, self.study.world
        return {
            "evidence": study.evidence,
            "record": study.evidence.ledger,
            "world": world,
            "world ledger": world.ledger,
            "ledger": study.ledger,
            "config": study.config,
        }

    def _read(self, path: Path, key: Hashable) -> tuple[Any, Mapping[str, Node]] | None:
        """Read an answer and its lineage; ``None`` where there is none, or it is damaged."""
        with suppress(OSError, ValueError, EOFError, struct.error, pickle.UnpicklingError):
            with path.open("rb") as file:
                data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            text, lineage, *buffers = _parts(data)
            asked, answer = _Reader(text, buffers, self._anchors).load()
            # Two keys may be written alike.
            return (answer, pickle.loads(lineage)) if asked == key else None
        return None

    def _write(self, path: Path, key: Hashable, answer: Any, new: Iterable[str]) -> None:
        writer = _Writer(self._anchors)
        try:
            text = writer.written((key, answer))
        except (pickle.PicklingError, AttributeError, TypeError):
            # It holds something that cannot be written, such as a function made on the way.
            return
        # Other answers may have entered some of it before, which another run does not ask for.
        below = self.study.ledger.reached(sorted({*new, *writer.strings}))
        known = self.study.world.ledger
        lineage = pickle.dumps({node.id: node for node in below if node.id not in known})
        # Without room or leave to write, the next run works it out again.
        with suppress(OSError):
            _write_whole(path, [text, lineage, *writer.buffers])

    def _tidy(self) -> None:
        """Delete the folders used longest ago, until the rest is small enough."""
        folders = sorted(self.root.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
        total = 0
        for number, one in enumerate(folders):
            total += sum(file.stat().st_size for file in one.iterdir())
            if number and total > MOST:
                shutil.rmtree(one, ignore_errors=True)


def _name(evidence: Evidence, config: StudyConfig) -> str:
    """Hash over code, libraries, tables and study file."""
    made_from = {
        "code": [(path.as_posix(), _hash(path.read_bytes())) for path in _sources()],
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": [platform.python_version(), platform.machine()],
        "tables": file_hashes(evidence.folder.path),
        "without_licences": sorted(evidence.without_licences),
        "study": config.model_dump(mode="json"),
    }
    return _hash(json.dumps(made_from, sort_keys=True).encode())


def _sources() -> list[Path]:
    return sorted(_PACKAGE.rglob("*.py"))


def _signature() -> tuple[tuple[str, int, int], ...]:
    """What tells whether the code was touched since it was hashed."""
    stats = [(path.as_posix(), path.stat()) for path in _sources()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:40]


def _check_owner(path: Path) -> None:
    """Raise OSError if somebody else could have put something there."""
    if os.name == "posix":
        stat = path.stat()
        if stat.st_uid != os.geteuid() or stat.st_mode & 0o022:
            raise PermissionError(f"{path} can be written by others")


def _write_whole(path: Path, parts: Iterable[bytes | pickle.PickleBuffer]) -> None:
    """Write a file that is there whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC)
            for part in parts:
                view = memoryview(part).cast("B")
                begins = file.tell() + _HEAD.size
                gap = -begins % _ALIGNED
                file.write(_HEAD.pack(gap, view.nbytes))
                file.write(bytes(gap))
                file.write(view)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _parts(data: memoryview) -> Iterator[memoryview]:
    """Take a file apart again.

    Raises:
        ValueError: if it is no such file.
    """
    if bytes(data[: len(_MAGIC)]) != _MAGIC:
        raise ValueError("no kept answer")
    at = len(_MAGIC)
    while at < len(data):
        gap, size = _HEAD.unpack(data[at : at + _HEAD.size])
        at += _HEAD.size + gap
        if at + size > len(data):
            raise ValueError("cut short")
        yield data[at : at + size]
        at += size
