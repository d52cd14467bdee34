"""Words of the house: stages, score words, sectors, and the nearest known word to a typo.

No number from the world stands here; countries, materials and forms are rows of the evidence.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

StageId = Literal["C1", "C2", "C3", "C4"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the four chokepoints between ore and device.

    Attributes:
        id: ``C1`` to ``C4``.
        name: Full name.
        short: One or two words for a narrow column.
        meaning: What belongs to the stage.
    """

    id: StageId
    name: str
    short: str
    meaning: str


STAGES: Mapping[str, Stage] = {
    "C1": Stage("C1", "Extraction", "Extraction", "mines and ore concentrates"),
    "C2": Stage(
        "C2",
        "Separation and refining",
        "Refining",
        "cracking, separation, refining and recycling back to oxide or metal",
    ),
    "C3": Stage(
        "C3",
        "Magnets and advanced materials",
        "Materials",
        "metals and alloys, magnets, electrode materials, wafers, gases and photoresists",
    ),
    "C4": Stage(
        "C4", "Downstream products", "Downstream", "cells, chips, motors, devices and systems"
    ),
}

#: The stages in the order of the chain.
STAGE_ORDER: tuple[StageId, ...] = ("C1", "C2", "C3", "C4")

#: The word that goes with each whole score.
SCORE_WORDS: Mapping[int, str] = {
    1: "near zero",
    2: "nascent",
    3: "partial",
    4: "strong",
    5: "leading",
}

#: Ids and names of the fourteen sectors, in the order in which they are shown.
SECTORS: Mapping[str, str] = {
    "rare-earth-magnets": "Rare-earth magnets",
    "electric-vehicles": "Electric vehicles",
    "batteries": "Batteries",
    "semiconductors": "Semiconductors",
    "chip-packaging": "Chip packaging and test",
    "electronic-gases-chemicals": "Electronic gases and chemicals",
    "electronics": "Electronics",
    "telecom-rf": "Telecom and radio frequency",
    "defence": "Defence",
    "aerospace-drones": "Aerospace and drones",
    "wind": "Wind power",
    "solar": "Solar power",
    "ai-infrastructure": "AI infrastructure",
    "industrial-robotics": "Industrial robotics",
}


def several(words: str | Iterable[str] | None) -> tuple[str, ...]:
    """Give some words; one alone is one word, not its letters.

    >>> several("IND"), several(["IND", "USA"]), several(None)
    (('IND',), ('IND', 'USA'), ())
    """
    return (words,) if isinstance(words, str) else tuple(words or ())


def nearest(
    word: str, vocabulary: Collection[str] | Mapping[str, Any], count: int = 3
) -> tuple[str, ...]:
    """Give the known words that look most like an unknown one, best first.

    Args:
        word: What was written.
        vocabulary: Known words, or a mapping from known words to their names; then the
            names (values that are text) are compared too and the words they belong to are
            given back.
        count: How many words to give at most.

    Returns:
        Known words, possibly none.
    """
    spellings: dict[str, str] = {}
    if isinstance(vocabulary, Mapping):
        for known, name in vocabulary.items():
            if isinstance(name, str):
                spellings.setdefault(name.casefold(), known)
    for known in vocabulary:
        spellings[known.casefold()] = known
    wanted = word.strip().casefold()
    close = difflib.get_close_matches(wanted, sorted(spellings), n=3 * count, cutoff=0.6)
    if len(wanted) >= 3:
        close += sorted(text for text in spellings if wanted in text)
    return tuple(dict.fromkeys(spellings[text] for text in close))[:count]


def suggestion(word: str, vocabulary: Collection[str] | Mapping[str, Any]) -> str:
    """Give the nearest words as half a sentence for an error message.

    >>> suggestion("C5", ["C1", "C2"])
    'did you mean C2 or C1?'
    """
    close = nearest(word, vocabulary)
    if not close:
        return ""
    return f"did you mean {' or '.join(close)}?"


#: First and last words of names that take an article.
_FIRST = {"United", "Netherlands", "Philippines", "DR", "Bahamas", "Comoros", "Gambia", "Maldives"}
_LAST = {"Islands", "Republic"}


def with_article(name: str) -> str:
    """``the United States``; most names stand alone."""
    words = name.split(" ")
    return f"the {name}" if words[0] in _FIRST or words[-1] in _LAST else name
