"""From the names a reader gives to what is tested: levers, base, subject, warnings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.vocabulary import known
from midstream.policy.frame import Choice, Lever, Package
from midstream.policy.levers import levers
from midstream.policy.packages import check_beside, packages
from midstream.terms import suggestion

WHERE = "policy"


def resolve(
    evidence: Evidence, names: Sequence[str], country: str = "", *, strict: bool = False
) -> Choice:
    """Give the choice behind ids of levers and packages, mixed in any order.

    Levers come in the order of their ids, each once, whichever way they were named. A lever that
    the base holds is taken out of the base it is compared with, or it would add nothing.

    Args:
        evidence: The release.
        names: Ids of levers and packages.
        country: Subject; blank takes the country of what is named.
        strict: Whether a prerequisite that is not there is refused; else it is a warning.

    Raises:
        InputError: if nothing is named, a name is unknown, levers exclude each other, or they
            belong to several countries and none is given.
    """
    held = levers(evidence)
    sets = packages(evidence, held)
    if not names:
        raise InputError(
            "no lever is named",
            where=WHERE,
            why="a policy is what its levers do; without one there is nothing to test",
            mend="name levers or packages, such as " + next(iter(sets), "a lever"),
        )
    for name in names:
        _check_name(name, held, sets)
    named = tuple(sets[name] for name in dict.fromkeys(names) if name in sets)
    single = [name for name in names if name in held]
    chosen = _levers(held, [*single, *(name for one in named for name in one.levers)])
    check_beside(chosen, WHERE)
    without = _levers(held, [*_taken_out(named, chosen)])
    missing = tuple(unmet(chosen, held, without))
    if strict and missing:
        why = "it cannot start before them"
        raise InputError(missing[0], where=WHERE, why=why, mend="add them to the names")
    return Choice(
        levers=chosen,
        without=without,
        subject=_subject(evidence, named, chosen, country),
        packages=named,
        warnings=(*missing, *_remarks(named, chosen, without)),
    )


def _check_name(name: str, held: Mapping[str, Lever], sets: Mapping[str, Package]) -> None:
    words = {key: lever.name for key, lever in held.items()}
    words |= {key: package.name for key, package in sets.items()}
    if name not in words:
        raise InputError(
            f"unknown lever or package {name!r}",
            where=WHERE,
            why=f"there are {len(held)} levers and {len(sets)} packages on file",
            mend=suggestion(name, words) or "midstream policy levers lists them",
        )


def _levers(held: Mapping[str, Lever], names: Iterable[str]) -> tuple[Lever, ...]:
    return tuple(held[name] for name in sorted(set(names)))


def _taken_out(named: Sequence[Package], chosen: Sequence[Lever]) -> list[str]:
    """Levers taken out of the base: those packages name, and those the base holds itself."""
    held = [
        lever.id
        for lever in chosen
        if lever.in_base and any(effect.kind == "remove" for effect in lever.effects)
    ]
    return [*(name for package in named for name in package.without), *held]


def unmet(
    chosen: Sequence[Lever], held: Mapping[str, Lever], without: Sequence[Lever] = ()
) -> list[str]:
    """Say which chosen levers lack a prerequisite, and how to mend it.

    A prerequisite is there if it is chosen, or if the base holds it and it is not taken out.
    """
    out = {lever.id for lever in without}
    there = {lever.id for lever in chosen}
    there |= {lever.id for lever in held.values() if lever.in_base and lever.id not in out}
    return [
        f"{lever.id} needs {_listed(lacking)} first, which is not among the levers: add "
        f"{' '.join(lacking)}"
        for lever in chosen
        if (lacking := [name for name in lever.prerequisites if name not in there])
    ]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)


def _subject(
    evidence: Evidence, named: Sequence[Package], chosen: Sequence[Lever], country: str
) -> str:
    if country:
        return known(country, {k: row["name"] for k, row in evidence.countries.items()}, "country")
    countries = _countries(named, chosen)
    if len(countries) == 1:
        return countries[0]
    raise InputError(
        f"levers of {_listed(countries)} are named together",
        where=WHERE,
        why="the test needs one country whose middle is to move",
        mend="name the country, or test them one by one",
    )


def _countries(named: Sequence[Package], chosen: Sequence[Lever]) -> list[str]:
    """Countries of the packages, and of levers that no package brings."""
    covered: Collection[str] = {name for package in named for name in package.levers}
    alone = [lever.country for lever in chosen if lever.id not in covered]
    return sorted({*(package.country for package in named), *alone})


def _remarks(
    named: Sequence[Package], chosen: Sequence[Lever], without: Sequence[Lever]
) -> list[str]:
    """What a reader has to know of the packages and levers."""
    said = [
        f"{package.id}: terms not public, which add nothing: {', '.join(package.missing)}"
        for package in named
        if package.missing
    ]
    if without:
        said.append(f"the base is run without {_listed([lever.id for lever in without])}")
    silent = [lever.id for lever in chosen if not counted(lever)]
    if silent:
        said.append(f"no model here counts what these do: {', '.join(silent)}")
    return said


def counted(lever: Lever) -> bool:
    """Whether a lever does anything a model here counts."""
    return any(effect.kind != "uncounted" for effect in lever.effects)
