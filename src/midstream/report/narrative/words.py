"""Small words: stage nouns, lists, counting words, and digits inside prose."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence

from midstream.evidence.quantity import Quantity
from midstream.report.figures.cells import of_cell
from midstream.report.numbers import EN_DASH, MINUS, Sentence, Shown, say
from midstream.report.svg import MONTHS, STRUCTURE
from midstream.scorecard.result import CellScore, Remark
from midstream.terms import STAGES

#: What a stage is called inside a sentence.
NOUNS = {
    "C1": "mining",
    "C2": "refining",
    "C3": "advanced materials",
    "C4": "finished products",
}

_COUNTS = (
    *("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)

#: A number inside words that is not a name such as a stage code, a year or a product code.
_NUMBER = re.compile(
    rf"(?P<structure>{STRUCTURE.pattern})|(?P<number>[\u2212-]?\d[\d,]*(?:\.\d+)?)"
)


def day(date: datetime.date) -> str:
    """A date as prose has it: ``31 March 2027``; the last day of a year is its end."""
    if (date.month, date.day) == (12, 31):
        return f"the end of {date.year}"
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def stage_name(stage: str) -> str:
    """Full name of a stage; an unknown code stands for itself."""
    return next((known.name for code, known in STAGES.items() if code == stage), stage)


def stage_short(stage: str) -> str:
    """Short name of a stage for a narrow column; an unknown code stands for itself."""
    return next((known.short for code, known in STAGES.items() if code == stage), stage)


def stage_meaning(stage: str) -> str:
    """What belongs to a stage."""
    return next((known.meaning for code, known in STAGES.items() if code == stage), "")


def noun(stage: str) -> str:
    """What a stage is called inside a sentence."""
    return NOUNS.get(stage, stage)


def listed(words: Sequence[str], join: str = "and") -> str:
    """Join words as prose does: ``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {join} {words[-1]}"


def joined(
    parts: Sequence[Sentence | Shown | str], join: str = " and ", between: str = ", "
) -> Sentence:
    """Join sentences as prose does, keeping the numbers in them."""
    out: list[str | Shown] = []
    for place, part in enumerate(parts):
        if place:
            out.append(join if place == len(parts) - 1 else between)
        out.extend(part.parts if isinstance(part, Sentence) else (part,))
    return Sentence(tuple(out))


def capital(text: str) -> str:
    """Raise the first letter and leave the rest alone."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Lower the first letter unless the first word is an abbreviation or mixes its letters."""
    head = text.split(" ")[0]
    mixed = any(letter.isupper() for letter in head[1:]) or len(head) == 1
    return text if mixed else text[:1].lower() + text[1:]


def a_year(unit: str) -> str:
    """Words behind an amount made in a year; blank where its unit says so, or is a share."""
    return "" if "/" in unit or unit.startswith("%") else " a year"


def lowered(sentence: Sentence) -> Sentence:
    """Lower the first letter of a sentence that begins with words, as behind a colon."""
    first = sentence.parts[0] if sentence.parts else None
    if not isinstance(first, str):
        return sentence
    return Sentence((lower(first), *sentence.parts[1:]))


def started(sentence: Sentence) -> Sentence:
    """Raise the first letter of a sentence that begins with words."""
    first = sentence.parts[0] if sentence.parts else None
    if isinstance(first, str):
        return Sentence((capital(first), *sentence.parts[1:]))
    if isinstance(first, Shown):
        return Sentence(
            (Shown(first.quantity, capital(first.text), first.unit), *sentence.parts[1:])
        )
    return sentence


def merged(sentence: Sentence) -> Sentence:
    """Join neighbouring strings, so that a line can only break between words."""
    parts: list[str | Shown] = []
    for part in sentence.parts:
        if parts and isinstance(part, str) and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    return Sentence(tuple(parts))


def words_in(sentence: Sentence) -> int:
    """Number of words of a sentence as a reader counts them."""
    return len(sentence.plain.split())


def shortest_fit(candidates: Sequence[Sentence], most: int) -> Sentence:
    """The first candidate of at most so many words, else the last."""
    return next((one for one in candidates if words_in(one) <= most), candidates[-1])


def possessive(name: str) -> str:
    """``India's``, ``United States'``."""
    return f"{name}\u2019" if name.endswith("s") else f"{name}\u2019s"


def worded(quantity: Quantity) -> Shown:
    """Print a count in words up to twenty, in digits above."""
    return counted(quantity)[0]


def plural(quantity: Quantity, one: str, many: str = "") -> str:
    """The form of a word that goes with a count: ``sector`` for one, else ``sectors``."""
    return one if quantity.value == 1 else many or f"{one}s"


def counted(*quantities: Quantity) -> tuple[Shown, ...]:
    """Print counts that stand in one sentence: all in words, or all in digits above twenty."""
    counts = [round(one.value or 0) for one in quantities]
    if max(counts) < len(_COUNTS):
        texts = [_COUNTS[count] for count in counts]
    else:
        texts = [f"{count:,}" for count in counts]
    return tuple(Shown(one, text) for one, text in zip(quantities, texts, strict=True))


def probability(quantity: Quantity) -> Shown:
    """Print a probability in per cent, as a range where the evidence box is wide."""
    low, high = quantity.low, quantity.high
    if low is not None and high is not None and round(100 * high) > round(100 * low):
        return Shown(quantity, f"{100 * low:.0f}{EN_DASH}{100 * high:.0f}", "%")
    return chance(quantity, quantity.value)


def chance(quantity: Quantity, value: float | None) -> Shown:
    """Print one end of a probability; the ends of the scale are "under 1%" and "over 99%"."""
    percent = 100 * (value or 0.0)
    if percent < 1:
        return Shown(quantity, "under 1", "%")
    return Shown(quantity, "over 99" if percent > 99 else f"{percent:.0f}", "%")


def digit_shown(cell: CellScore) -> Shown:
    """The integer of a cell, the range the evidence allows, or ``?`` without evidence."""
    return of_cell(cell).shown


def digit_word(cell: CellScore) -> str:
    """Reading of the integer: ``nascent``, ``near zero to nascent``, ``no evidence``."""
    return of_cell(cell).word


def remark(text: str, quantity: Quantity, names: Mapping[str, str]) -> Sentence:
    """Turn a remark of the scorecard into a sentence that keeps its numbers.

    Args:
        text: A remark, or plain words.
        quantity: What the words are about; digits among them point to it.
        names: Full name of a form -> what it is called in prose.
    """
    if not isinstance(text, Remark):
        return traced(capital(_renamed(text, names)), quantity)
    values = {
        slot: names.get(value, value) if isinstance(value, str) else value
        for slot, value in text.values.items()
    }
    parts: list[str | Shown] = []
    for part in say(text.template, **values).parts:
        parts += traced(part, quantity).parts if isinstance(part, str) else (part,)
    return started(merged(Sentence(tuple(parts))))


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Put the short names in place of the full ones, the longest first and whole words only."""
    if not names:
        return text
    full = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"\b(?:{full})\b", lambda found: names[found.group()], text)


def traced(text: str, quantity: Quantity) -> Sentence:
    """Turn words that already hold numbers into a sentence whose numbers carry a lineage.

    Stage codes, years, dates and product codes stay words; every other number points to the
    quantity the words were written about.
    """
    parts: list[str | Shown] = []
    end = 0
    for found in _NUMBER.finditer(text):
        if found.group("number") is None:
            continue
        parts.append(text[end : found.start()])
        number = found.group("number")
        if not text[found.start() - 1 : found.start()].isalnum():
            number = number.replace("-", MINUS)
        parts.append(Shown(quantity, number))
        end = found.end()
    parts.append(text[end:])
    return Sentence(tuple(part for part in parts if part != ""))
