"""Which form of ours an item of a bill is, and how it is related to the form that is cut."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.terms import suggestion

Relation = Literal["is", "may-be", "holds"]

#: Codes of these kinds hold other goods beside the form.
_LOOSE = frozenset({"bundle", "proxy"})
_CODE = re.compile(r"[0-9]{6,10}")
_LIKE_CODE = re.compile(r"[0-9][0-9. ]*")


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a form or code.

    Attributes:
        form: Form id, ``None`` where nothing of ours is meant.
        loose: Whether a code bundles the form with other goods.
        reason: Why there is no form, or what a code stands for.
    """

    form: str | None
    loose: bool = False
    reason: str = ""


class FormBook:
    """Looks up forms by id, display name or customs code.

    Args:
        evidence: The release.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._names: dict[str, str] = {}
        scored = [(row["form"], row["name"]) for row in evidence.table("scored_forms").rows]
        named = [(form, row["name"]) for form, row in evidence.forms.items()]
        for form, name in [*scored, *named]:
            self._names.setdefault(_plain(name), form)
        for form in evidence.forms:
            self._names[_plain(form)] = form
        self._codes: dict[str, Row] = {
            row["hs6"]: row for row in evidence.table("hs_concordance").rows
        }

    def named(self, text: str) -> Match | str:
        """Look up an id or display name; a text of digits is a code.

        Returns:
            What was found, or a hint with the nearest names where nothing was.
        """
        if _LIKE_CODE.fullmatch(text):
            return self.coded(text)
        form = self._names.get(_plain(text))
        if form:
            return Match(form)
        close = suggestion(_plain(text), self._names)
        return (f"{close} " if close else "") + (
            "midstream evidence show lists the forms; leave the cell blank where an item is none"
        )

    def coded(self, text: str) -> Match | str:
        """Look up a customs code of six digits or more, with or without points and spaces.

        Returns:
            What was found, or a hint where the text is no code.
        """
        digits = re.sub(r"[. ]", "", text)
        if not _CODE.fullmatch(digits):
            return "write the six digits of the Harmonized System, such as 850511"
        code = digits[:6]
        row = self._codes.get(code)
        if row is None:
            return Match(None, reason=f"HS {code} is not among the codes on file")
        words = f"HS {code}: {row['description']}"
        if row["form"] is None:
            return Match(None, reason=f"{words}; no form is on file for it")
        return Match(row["form"], row["specificity"] in _LOOSE, words)


class Kinship:
    """How goods are related, from the recipes and the forms of bills.

    Args:
        evidence: The release.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._inputs: dict[str, set[str]] = defaultdict(set)
        for row in evidence.table("recipes").rows:
            self._inputs[row["output"]].add(row["input"])
        self._parts: dict[str, list[tuple[str, Relation]]] = defaultdict(list)
        for row in evidence.table("bill_forms").rows:
            self._parts[row["form"]].append((row["part"], row["relation"]))

    def selves(self, form: str) -> Mapping[str, Relation]:
        """The forms that an item of a form is or may be."""
        parts: dict[str, Relation] = {form: "is"}
        parts.update({part: kind for part, kind in self._parts.get(form, ()) if kind != "holds"})
        return parts

    def relation(self, form: str, cut: str) -> Relation | None:
        """Say how an item of a form is related to the form that is cut.

        ``is`` or ``may-be`` the form, or ``holds`` it: made from it in one step.
        """
        selves = self.selves(form)
        if cut in selves:
            return selves[cut]
        held = (cut, "holds") in self._parts.get(form, ())
        if held or any(cut in self._inputs.get(one, ()) for one in selves):
            return "holds"
        return None

    def steps(self, form: str, cut: str) -> int | None:
        """Number of steps from the form that is cut to a form; ``None`` where none leads there."""
        reached = set(self.selves(form))
        held = {part for part, kind in self._parts.get(form, ()) if kind == "holds"}
        seen: set[str] = set()
        number = 0
        while reached:
            if cut in reached:
                return number
            seen |= reached
            feeds = {feed for one in reached for feed in self._inputs.get(one, ())}
            reached, held = (feeds | held) - seen, set()
            number += 1
        return None


def _plain(text: str) -> str:
    """Letters and digits in lower case, parted by single spaces: ids and names alike."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
