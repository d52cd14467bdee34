"""A study: the one place where evidence, world and scores are put together.

A study is a TOML file that names whom and what to look at. It holds no number from the world
apart from published scores it wants to stand beside, which name their source.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.override import with_parameters
from midstream.study.config import StudyConfig, keys
from midstream.study.kept import Keep, root
from midstream.study.opened import Progress, Study
from midstream.terms import suggestion

__all__ = ["Progress", "Study", "StudyConfig", "load", "open_on", "read_config", "shipped"]


def load(
    study: str | Path = "india-us",
    *,
    data: str | Path | None = None,
    without_licences: frozenset[str] = frozenset(),
    seed: int | None = None,
    check: bool = False,
    evidence: Evidence | None = None,
    keep: bool = False,
) -> Study:
    """Open a study.

    Args:
        study: Name of a shipped study, or path of a study file.
        data: A data folder in place of the shipped release (it is then checked in full).
        without_licences: Licences whose sources are left out.
        seed: Seed of the draws in place of the study's.
        check: Whether to check the shipped release in full as well.
        evidence: A release already opened, in place of `data`.
        keep: Whether answers are kept on disk for the next run, and those of earlier runs given
            again, see `midstream.study.kept`; not where a release is handed in, which may differ
            from its folder.

    Raises:
        InputError: if the file cannot be read or names something unknown.
    """
    text, where = _read(study)
    config = read_config(text, where)
    if seed is not None:
        config = config.model_copy(update={"seed": seed})
    if evidence is not None:
        return open_on(config, evidence, where)
    evidence = Evidence.load(
        data, without_licences=without_licences, check=check or data is not None
    )
    opened = open_on(config, evidence, where)
    folder = root() if keep else None
    opened.keep = Keep(opened, config, folder) if folder else None
    return opened


def open_on(config: StudyConfig, evidence: Evidence, where: str) -> Study:
    """Open a study file that has been read on a release, with its own assumptions.

    Raises:
        InputError: if it names something unknown, or an assumption lies outside its range.
    """
    return Study(config, with_parameters(evidence, config.assumptions), where)


def shipped() -> dict[str, str]:
    """Names and titles of the studies that ship with the package."""
    found = {}
    for entry in sorted(resources.files("midstream.studies").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            name = entry.name.removesuffix(".toml")
            found[name] = read_config(entry.read_text("utf-8"), entry.name).title
    return found


def _read(study: str | Path) -> tuple[str, str]:
    name = str(study)
    if not name.endswith(".toml"):
        names = list(shipped())
        if name not in names:
            raise InputError(
                f"no study {name!r}",
                where="--study",
                why=f"the studies that ship are {', '.join(names)}",
                mend=suggestion(name, names) or "name one of them or give the path of a .toml file",
            )
        return resources.files("midstream.studies").joinpath(f"{name}.toml").read_text(
            "utf-8"
        ), name
    path = Path(name)
    try:
        return path.read_text("utf-8"), name
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "the study file cannot be read",
            where=name,
            why=str(error),
            mend="check the path and that the file is UTF-8 text",
        ) from error


def read_config(text: str, where: str) -> StudyConfig:
    """Read the text of a study file.

    Raises:
        InputError: if it is not TOML, or says something a study file cannot say.
    """
    try:
        return StudyConfig.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise _problem(error, where) from error
    except (ValueError, RecursionError) as error:
        # A number of too many digits, and lists in too many lists, are no errors of TOML.
        raise InputError(
            "the study file is not TOML", where=where, why=str(error), mend="correct that line"
        ) from error


def _problem(error: ValidationError, where: str) -> InputError:
    """Say what is wrong with a study file, the first problem in full."""
    first, count = error.errors()[0], error.error_count()
    key, place = str(first["loc"][-1]), ".".join(str(part) for part in first["loc"])
    words = {
        "extra_forbidden": f"unknown key {place!r}",
        "missing": f"the key {place!r} is missing",
        "string_pattern_mismatch": f"{place}: {first['input']!r} is no name of a folder",
    }
    mends = {
        "extra_forbidden": suggestion(key, keys()),
        "string_pattern_mismatch": "use letters, digits, hyphens and dots, a letter or digit first",
    }
    return InputError(
        words.get(first["type"], f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}"),
        where=where,
        why=f"the study file has {count} such problem{'' if count == 1 else 's'}",
        mend=mends.get(first["type"]) or "compare it with a study that ships with the package",
    )
