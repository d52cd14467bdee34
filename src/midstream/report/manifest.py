"""The manifest of an edition: its inputs, its files, and how to check both."""

from __future__ import annotations

import datetime
import hashlib
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from midstream.errors import InputError
from midstream.evidence.folder import file_hashes
from midstream.evidence.importers.merging import LOCAL
from midstream.evidence.tables import read_bytes

if TYPE_CHECKING:
    from midstream.study import Study

NAME = "manifest.json"
FORMAT = "midstream-manifest/1"

#: Length of the hash as it is printed.
_SHORT = 12

#: Keys a manifest has to have, with their kind.
_KEYS: Mapping[str, type] = {
    "hash": str,
    "study": str,
    "version": str,
    "data_release": str,
    "inputs": dict,
    "files": list,
}

Kind = Literal["missing", "added", "changed", "unsafe"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What identifies an edition on cover and footer.

    Attributes:
        number: Number of the edition.
        date: Its day, YYYY-MM-DD: data of the study, never today's.
        version: Version of the code.
        hash: First twelve hex digits of the hash over the inputs.
    """

    number: str
    date: str
    version: str
    hash: str

    @property
    def long_date(self) -> str:
        """``24 November 2026``."""
        day = datetime.date.fromisoformat(self.date)
        return f"{day.day} {day:%B %Y}"

    @property
    def short_date(self) -> str:
        """``24 Nov 2026``."""
        day = datetime.date.fromisoformat(self.date)
        return f"{day.day} {day:%b %Y}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a folder differs from its manifest.

    Attributes:
        kind: ``missing``, ``added``, ``changed``, or ``unsafe`` (a path that leaves the folder).
        path: Path in the folder.
        detail: What was expected and what was found.
    """

    kind: Kind
    path: str
    detail: str

    def line(self) -> str:
        """The difference as one line of text."""
        return f"{self.kind}: {self.path} ({self.detail})"


def inputs(study: Study) -> dict[str, Any]:
    """Give everything the files of an edition follow from.

    Returns:
        Study id and the hash of its settings, data release and the hash of each of its tables,
        licences left out, code version, draws, seed and horizon.
    """
    config = study.config
    return {
        "study": config.id,
        "study_sha256": _study_hash(study),
        "data_release": study.data_release,
        "tables": file_hashes(study.evidence.folder.path),
        "without_licences": sorted(study.evidence.without_licences),
        "version": study.version,
        "draws": config.draws,
        "seed": config.seed,
        "horizon": config.horizon,
    }


def _study_hash(study: Study) -> str:
    """Hash over the settings of a study, whatever the layout of its file."""
    config = study.config
    worked = config.worked_example
    settings = {
        "title": config.title,
        "question": config.question,
        "focus": config.focus,
        "groups": [list(config.partners), list(config.incumbents), list(config.peers)],
        "countries": list(config.countries),
        "sectors": list(config.sectors),
        "years": [config.base_year, config.horizon],
        "edition": [config.edition.number, str(config.edition.date)],
        "key_numbers": [dict(entry) for entry in config.key_numbers],
        "chains": list(config.chains),
        "shocks": [one.model_dump() for one in config.shocks],
        "packages": list(config.packages),
        "plan": None if config.plan is None else config.plan.model_dump(),
        "worked_example": _worked(worked.sector, worked.published) if worked is not None else None,
    }
    # Left out where none is changed, so that the hash of such a study stays what it was.
    changed = {"assumptions": dict(config.assumptions)} if config.assumptions else {}
    return _sha256(_canonical({**settings, **changed}))


def _worked(sector: str, published: Mapping[str, Any]) -> dict[str, Any]:
    return {"sector": sector, "published": {stage: one.value for stage, one in published.items()}}


def edition_hash(made_from: Mapping[str, Any]) -> str:
    """Hash over the inputs of an edition: SHA-256 of their canonical JSON, in full."""
    return _sha256(_canonical(made_from))


def stamp(study: Study, made_from: Mapping[str, Any] | None = None) -> Stamp:
    """Give the stamp of a study's edition."""
    config = study.config
    found = edition_hash(made_from or inputs(study))
    return Stamp(config.edition.number, str(config.edition.date), study.version, found[:_SHORT])


def write_manifest(folder: Path, study: Study, made_from: Mapping[str, Any]) -> str:
    """Write the manifest of a folder and give the hash of the manifest itself.

    Args:
        folder: The edition, complete but for its manifest.
        study: The study it shows.
        made_from: The inputs, as `inputs` gives them.
    """
    config = study.config
    manifest = {
        "format": FORMAT,
        "study": config.id,
        "title": config.title,
        "edition": config.edition.number,
        "date": str(config.edition.date),
        "version": study.version,
        "data_release": study.data_release,
        "hash": edition_hash(made_from),
        "inputs": made_from,
        "files": [_record(folder, path) for path in sorted(_files(folder))],
    }
    data = (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    (folder / NAME).write_bytes(data)
    return _sha256(data)


def _files(folder: Path) -> Iterator[str]:
    """Paths of the files of an edition, its manifest left out."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name != NAME and (path.is_file() or path.is_symlink()):
            yield name


def _record(folder: Path, name: str) -> dict[str, Any]:
    data = (folder / name).read_bytes()
    return {"path": name, "bytes": len(data), "sha256": _sha256(data)}


def verify(folder: str | Path) -> list[Difference]:
    """Recompute a manifest and give every difference, none if the folder is as it was built.

    Raises:
        InputError: if there is no manifest, or it cannot be read.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    found: list[Difference] = []
    listed = set()
    for record in manifest["files"]:
        listed.add(record["path"])
        found.extend(_compare(folder, record))
    added = sorted(set(_files(folder)) - listed)
    found += [Difference("added", name, "not in the manifest") for name in added]
    if edition_hash(manifest["inputs"]) != manifest["hash"]:
        found.append(Difference("changed", NAME, "the hash does not follow from the inputs"))
    return found


def _compare(folder: Path, record: Mapping[str, Any]) -> Iterator[Difference]:
    name = str(record["path"])
    if not _inside(folder, name):
        yield Difference("unsafe", name, "leads out of the folder; it was not opened")
        return
    path = folder / name
    if not path.is_file():
        yield Difference("missing", name, "in the manifest, not in the folder")
        return
    data = path.read_bytes()
    if len(data) != record["bytes"]:
        yield Difference("changed", name, f"{record['bytes']} bytes expected, {len(data)} found")
    elif _sha256(data) != record["sha256"]:
        yield Difference("changed", name, "same length, different content")


def _inside(folder: Path, name: str) -> bool:
    """Whether a path of a manifest stays in the folder, links followed."""
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name:
        return False
    return (folder / name).resolve().is_relative_to(folder.resolve())


def hint(folder: Path) -> str:
    """Say how the files of an edition can be made again.

    A study that does not ship is built from its file, data of one's own from their folder; where
    either lies is not on record.
    """
    manifest = read_manifest(folder)
    made_from, study = manifest.get("inputs", {}), str(manifest["study"])
    ships = (resources.files("midstream.studies") / f"{study}.toml").is_file()
    words = ["midstream", "build", study if ships else f"{study}.toml"]
    if LOCAL in str(manifest["data_release"]):
        words += ["--data", "FOLDER"]
    if "seed" in made_from:
        words += ["--seed", str(made_from["seed"])]
    for licence in made_from.get("without_licences", ()):
        words += ["--without-licence", shlex.quote(licence)]
    return (
        f"midstream {manifest['version']} with data release {manifest['data_release']} gives these"
        f" files again, byte for byte: {' '.join(words)}"
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check the manifest of an edition.

    Raises:
        InputError: with what is wrong and where.
    """
    path = folder / NAME
    if not path.is_file():
        raise InputError(
            "there is no manifest",
            where=str(path),
            why="the folder is not an edition, or only a part of one was copied",
            mend="name the folder that `midstream build` wrote",
        )
    try:
        manifest = json.loads(read_bytes(path))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _broken(f"it is not JSON ({error})") from None
    if not isinstance(manifest, dict):
        raise _broken("it is not a JSON object")
    problem = next(_problems(manifest), None)
    if problem:
        raise _broken(problem)
    return manifest


def _problems(manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest.get("format") != FORMAT:
        yield f"format {manifest.get('format')!r} is not {FORMAT}"
    for key, kind in _KEYS.items():
        if not isinstance(manifest.get(key), kind):
            yield f"{key} is missing or of the wrong kind"
            return
    for place, record in enumerate(manifest["files"]):
        if not _is_record(record):
            yield f"files[{place}] needs path, bytes and sha256"


def _is_record(record: object) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("path"), str)
        and isinstance(record.get("bytes"), int)
        and isinstance(record.get("sha256"), str)
    )


def _broken(why: str) -> InputError:
    return InputError(
        "the manifest cannot be read",
        where=NAME,
        why=why,
        mend="copy the edition again from where it was published",
    )


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _sha256(data: bytes | Iterable[int]) -> str:
    return hashlib.sha256(bytes(data)).hexdigest()
