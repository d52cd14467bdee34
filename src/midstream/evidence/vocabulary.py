"""Known words of the evidence, and the refusal of unknown ones with the nearest."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from midstream.errors import InputError
from midstream.terms import suggestion

#: Vocabularies up to this size are listed in full where no known word is near.
FEW = 8


def known(word: str, vocabulary: Collection[str] | Mapping[str, str], noun: str) -> str:
    """Give a word back if it is known.

    Args:
        word: What was asked for.
        vocabulary: Known words, or known words with their names.
        noun: What it should be: ``"country"``, ``"material"``, ...

    Raises:
        InputError: if it is unknown; names the nearest words.
    """
    if word in vocabulary:
        return word
    few = len(vocabulary) <= FEW
    listed = f"use one of: {', '.join(vocabulary)}" if few else ""
    raise InputError(
        f"unknown {noun} {word!r}",
        where=noun,
        why=f"it is not among the {len(vocabulary)} known",
        mend=suggestion(word, vocabulary)
        or listed
        or f"midstream evidence show lists each {noun} in use",
    )
