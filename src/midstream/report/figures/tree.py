"""How was it computed? A tree of boxes, with the formula on the joint and a label in each box."""

from __future__ import annotations

from dataclasses import dataclass, field

from midstream.evidence.lineage import Ledger, Node
from midstream.report.figures.figure import Figure
from midstream.report.marks import draw_label, label_width
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.svg import Canvas, Type, f, wrap

_VALUE = Type(size=17, weight=600, family="serif")
_NAME = Type(size=12, fill="muted")
_BOX = (168.0, 72.0)
_GAP = 16.0
_DROP = 46.0

#: Signs on the joint, by a word of the formula's name; a dot where none fits.
_SIGNS = (
    ("ratio", "÷"),
    ("share", "÷"),
    ("product", "×"),
    ("sum", "+"),
    ("mean", "μ"),
    ("difference", "\u2212"),
)


@dataclass(slots=True)
class _Branch:
    node: Node
    inputs: list[_Branch] = field(default_factory=list)
    left: float = 0.0
    wide: float = 0.0

    def lay_out(self, left: float) -> float:
        """Place the boxes below from a left edge; gives the width of the branch."""
        self.left, cursor = left, left
        for branch in self.inputs:
            cursor += branch.lay_out(cursor) + _GAP
        self.wide = max(_BOX[0], cursor - _GAP - left) if self.inputs else _BOX[0]
        return self.wide

    @property
    def middle(self) -> float:
        return self.left + self.wide / 2


def formula_tree(
    ledger: Ledger,
    lineage: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    depth: int = 2,
    most: int = 5,
) -> Figure:
    """Build the tree of boxes under a number.

    Args:
        ledger: Where the number's lineage is kept.
        lineage: Id of the number.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        depth: Levels below the number.
        most: Inputs drawn per box; the table twin lists them all.
    """
    root = _grow(ledger, lineage, depth, most)
    width = root.lay_out(1.0)

    def draw(canvas: Canvas, _: float) -> float:
        return _draw(canvas, root, 1.0, first=True)

    rows = tuple(_rows(ledger, lineage, depth))
    alt = f"{title.plain} " + "; ".join(f"{row[0]}" for row in rows[:8])
    columns = ("Step", "Value", "Formula or note")
    return Figure(
        "formula-tree",
        title,
        subtitle,
        f"{alt}.",
        columns,
        rows,
        source_line,
        draw,
        round(width + 3),
    )


def _grow(ledger: Ledger, lineage: str, depth: int, most: int) -> _Branch:
    branch = _Branch(ledger[lineage])
    if depth > 0:
        inputs = [i for i in branch.node.inputs if i in ledger][:most]
        branch.inputs = [_grow(ledger, i, depth - 1, most) for i in inputs]
    return branch


def _draw(canvas: Canvas, branch: _Branch, y: float, first: bool = False) -> float:
    x = branch.middle - _BOX[0] / 2
    canvas.rect(
        (x, y),
        _BOX,
        "fill1",
        "accent" if first else "outline",
        radius=4,
        width=1.6 if first else 1.1,
    )
    quantity = branch.node.quantity
    canvas.number((x + 10, y + 25), show(quantity), _VALUE)
    draw_label(canvas, (x + _BOX[0] - label_width(quantity.label) - 8, y + 20), quantity.label)
    for i, line in enumerate(
        wrap(say(branch.node.name.replace("{", "(")), _NAME, _BOX[0] - 20)[:2]
    ):
        canvas.text((x + 10, y + 45 + 15 * i), line.plain, _NAME, structure=True)
    if not branch.inputs:
        return y + _BOX[1] + 2
    top, joint = y + _BOX[1], y + _BOX[1] + _DROP / 2
    below = y + _BOX[1] + _DROP
    ends = [child.middle for child in branch.inputs]
    d = f"M{f(branch.middle)} {f(top)}V{f(joint)}M{f(ends[0])} {f(joint)}H{f(ends[-1])}"
    canvas.path(
        d + "".join(f"M{f(end)} {f(joint)}V{f(below)}" for end in ends), stroke="outline", width=1.2
    )
    canvas.circle((branch.middle, joint), 10, "paper", "outline", 1.2)
    style = Type(14, 600, "teal", "middle", condensed=False)
    canvas.text((branch.middle, joint + 5), _sign(branch.node), style)
    return max(_draw(canvas, child, below) for child in branch.inputs)


def _sign(node: Node) -> str:
    text = f"{node.id} {node.formula}".lower()
    return next((sign for word, sign in _SIGNS if word in text), "·")


def _rows(ledger: Ledger, lineage: str, depth: int) -> list[tuple[str | Shown, ...]]:
    node = ledger[lineage]
    rows: list[tuple[str | Shown, ...]] = [
        (node.name, show(node.quantity), node.formula or node.note)
    ]
    if depth > 0:
        for i in (i for i in node.inputs if i in ledger):
            rows += _rows(ledger, i, depth - 1)
    return rows
