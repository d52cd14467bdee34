"""Packages: deals and schemes as sets of levers, read from the table ``packages`` and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.policy.frame import Lever, Package
from midstream.policy.levers import left_out, levers
from midstream.terms import suggestion

TABLE = "packages"


def packages(evidence: Evidence, known: Mapping[str, Lever] | None = None) -> Mapping[str, Package]:
    """Give all packages by id, in the order of their ids.

    Args:
        evidence: The release.
        known: Levers, where they have been read already.

    Raises:
        InputError: if a package is empty, names an unknown lever or country, takes out a lever
            the base does not hold, or holds two levers that exclude each other.
    """
    held = levers(evidence) if known is None else known
    rows = sorted(evidence.table(TABLE).rows, key=lambda row: str(row["id"]))
    gone = left_out(evidence)
    found = {row["id"]: _package(row, gone) for row in rows if not _all_gone(row, gone)}
    for package in found.values():
        check_package(evidence, package, held)
    return found


def _all_gone(row: Row, gone: frozenset[str]) -> bool:
    return bool(row["levers"]) and gone.issuperset(row["levers"])


def _package(row: Row, gone: frozenset[str]) -> Package:
    """A package; levers whose sources are left out are missing terms of it."""
    lost = tuple(f"{name}, its sources left out" for name in row["levers"] or () if name in gone)
    return Package(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        levers=tuple(name for name in row["levers"] or () if name not in gone),
        without=tuple(name for name in row["without"] or () if name not in gone),
        missing=(*(row["missing"] or ()), *lost),
        announced=row["announced"] or "",
        source=tuple(row["source"] or ()),
        note=row["note"] or "",
        status=row["status"],
    )


def check_package(evidence: Evidence, package: Package, held: Mapping[str, Lever]) -> None:
    """Check one package.

    Raises:
        InputError: as in `packages`.
    """
    if not package.levers:
        why = "a package is what its levers do; without one there is nothing to test"
        raise _refused(package, "levers", f"package {package.id} is empty", why, "name a lever")
    for column, names in (("levers", package.levers), ("without", package.without)):
        for name in names:
            if name not in held:
                mend = suggestion(name, held) or "see the levers on file"
                why = "a package holds levers on file"
                raise _refused(package, column, f"unknown lever {name!r}", why, mend)
    if package.country not in evidence.countries:
        mend = suggestion(package.country, evidence.countries) or "use a country code"
        why = "the evidence holds no such country"
        raise _refused(package, "country", f"unknown country {package.country!r}", why, mend)
    for name in package.without:
        if not held[name].in_base:
            what = f"{name} is to be taken out of the base"
            why = "the base does not hold it"
            raise _refused(package, "without", what, why, "take it out of without")
    check_beside([held[name] for name in package.levers], f"{TABLE}.csv:{package.id}:levers")


def _refused(package: Package, column: str, what: str, why: str, mend: str) -> InputError:
    return InputError(what, where=f"{TABLE}.csv:{package.id}:{column}", why=why, mend=mend)


def check_beside(chosen: Sequence[Lever], where: str) -> None:
    """Check that no chosen lever excludes another.

    Raises:
        InputError: naming the first two that cannot stand beside each other.
    """
    names = {lever.id for lever in chosen}
    for lever in chosen:
        for other in lever.excludes:
            if other in names:
                raise InputError(
                    f"{lever.id} and {other} are both chosen",
                    where=where,
                    why=f"{lever.id} cannot stand beside {other}",
                    mend=f"leave out {lever.id} or {other}",
                )
