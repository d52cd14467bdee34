"""The last pages: how to read and check a number, and the sources in three layers."""

from __future__ import annotations

from midstream.report.bibliography import LAYERS, Entry, by_layer, entries
from midstream.report.numbers import Sentence, Shown, say
from midstream.report.pdf.press import Press
from midstream.report.pdf.writer import Json

#: Entries of a layer on the page; the rest is in the bibliography files.
MOST_ENTRIES = {"1": 16, "2": 14, "3": 6}

_LABELS = (
    ("V", "two or more independent origins agree within the tolerance of the measure"),
    ("V1", "one origin, read in a primary or reputable secondary document"),
    ("U", "origins conflict, or only tertiary support was found"),
    ("modelled", "computed here from stated inputs and assumptions"),
)

_TERMS = (
    ("Origin", "Who first produced a figure. Ten reprints of one statement are one origin."),
    ("Interval", "Where four draws in five fall; on both sides of it one draw in ten."),
    ("Binding form", "The product of a stage that holds its score down most."),
    ("Coverage", "Output over the need of the country\u2019s own industry."),
    ("Need", "What the end of the chain uses, rolled back to the stage."),
    ("Bounded", "Output not reported, but held between what trade and the world total allow."),
    ("By proxy", "A figure that stands for another; the interval is wider for it."),
    ("Draw", "One sample of everything uncertain, the same for every country."),
    ("Open", "The evidence allows any digit; the cell waits for a figure."),
    ("Hollow middle", "Both middle stages score below both ends."),
)


def label_panel() -> Json:
    """The four evidence labels."""
    return {
        "kind": "panel",
        "title": "The four evidence labels",
        "items": [{"label": label, "text": [text]} for label, text in _LABELS],
    }


def checking(press: Press) -> list[Json]:
    """Words, the commands that recompute a number, and what the edition follows from."""
    terms = {"kind": "words", "items": [{"word": word, "text": [text]} for word, text in _TERMS]}
    commands = [{"code": code, "text": text} for code, text in _commands(press)]
    return [
        {"kind": "head", "text": ["Words used in one sense only"]},
        terms,
        {"kind": "head", "text": ["How to check a number"]},
        {"kind": "commands", "items": commands},
        {"kind": "head", "text": ["How this edition was made"]},
        press.prose(_made(press)),
    ]


def _commands(press: Press) -> tuple[tuple[str, str], ...]:
    """What to type, and what it does."""
    return (
        ("midstream verify DIR", "recomputes the manifest and names each file that differs"),
        (
            "midstream evidence trace ID",
            "opens a number: formula, inputs, sources, place in the source",
        ),
        (
            f"midstream score {press.study.config.focus}",
            "prints the scores with pillars, reasons and what would lift them",
        ),
        ("midstream diff DIR DIR", "lists the figures that changed, with causes"),
        ("numbers.csv", "holds every number of this document with its page and lineage id"),
    )


def _made(press: Press) -> Sentence:
    """What the edition follows from."""
    named, config = press.writer.named, press.study.config
    return say(
        "Study {study}, data release {release}, code version {version}, {draws} draws from seed"
        " {seed}. The edition hash {hash} is taken over all of these and over every data table: the"
        " same inputs give the same files, byte for byte.",
        study=named(config.id),
        release=named(press.study.data_release),
        version=named(press.stamp.version),
        draws=named(f"{config.draws:,}"),
        seed=named(str(config.seed)),
        hash=named(press.stamp.hash),
    )


def sources(press: Press, found: tuple[Entry, ...]) -> Json:
    """The sources under the numbers of this document, most used first."""
    press.turn("sources")
    blocks = [_layer(press, layer, group) for layer, group in by_layer(found).items()]
    return press.page("sources", blocks)


def used(press: Press) -> tuple[Entry, ...]:
    """Sources under the numbers registered so far."""
    lineages = [lineage for _, _, lineage in press.writer.register.rows]
    rows = press.study.evidence.sources.rows
    return entries(rows, press.narrative.ledger, lineages)


def _layer(press: Press, layer: str, group: tuple[Entry, ...]) -> Json:
    name, note = LAYERS[layer]
    shown = group[: press.fewer(MOST_ENTRIES[layer])]
    rest = group[len(shown) :]
    more = None
    if rest:
        count = press.context.reckoner.count(
            f"sources-more/{layer}", rest, f"{name} sources not printed here", rest[0].lineages[:1]
        )
        more = press.writer.parts(
            say(
                "and {n} more of this layer in bibliography.bib and bibliography.json.",
                n=Shown(count, f"{count.value:,.0f}"),
            )
        )
    return {
        "kind": "layer",
        "name": name,
        "note": note,
        "left": [_entry(press, entry) for entry in shown[: (len(shown) + 1) // 2]],
        "right": [_entry(press, entry) for entry in shown[(len(shown) + 1) // 2 :]],
        "more": more,
    }


def _entry(press: Press, entry: Entry) -> Json:
    uses = press.context.reckoner.number(
        f"uses/{entry.id}", entry.uses, "numbers",
        f"Numbers of this document that rest on {entry.id}", entry.lineages,
        "distinct lineages shown whose inputs reach the source",
    )  # fmt: skip
    named = press.writer.named
    return {
        "publisher": named(entry.publisher),
        "title": named(_cut(entry.title)),
        "date": named(entry.date),
        "id": named(entry.id),
        "uses": press.writer.text(Shown(uses, f"{entry.uses:,}")),
    }


def _cut(title: str, most: int = 110) -> str:
    return title if len(title) <= most else title[:most].rsplit(" ", 1)[0] + "\u2026"
