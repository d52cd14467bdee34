"""How was it computed? A tree of boxes, with the operator on the joint and a label in each box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from midstream.evidence.lineage import Ledger, Node
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.marks import draw_label
from midstream.report.numbers import Sentence, Shown, show
from midstream.report.svg import Canvas, Type, f, wrap

_NAME = Type(size=12, fill="muted")
_SIGN = Type(14, 600, "teal", "middle", condensed=False)
_BOX = (176.0, 88.0)
_GAP = 16.0
_DROP = 46.0
#: Indent and gap where boxes stand under one another.
_STEP = 18.0

#: Sign on the joint by what the formula holds; a dot where none fits.
_SIGNS = ((" / ", "÷"), (" x ", "×"), (" + ", "+"), (" - ", "\u2212"), ("sum", "+"), ("mean", "μ"))


@dataclass(slots=True)
class _Branch:
    node: Node
    name: str
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

    @property
    def sign(self) -> str:
        formula = self.node.formula.lower()
        return next((sign for part, sign in _SIGNS if part in formula), "·")


def formula_tree(
    ledger: Ledger,
    lineage: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    named: Callable[[str], str] = str,
    depth: int = 2,
    most: int = 3,
) -> Figure:
    """Build the tree of boxes under a number.

    Args:
        ledger: Where the number's lineage is kept.
        lineage: Id of the number.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        named: Puts names in place of ids in the name of a step.
        depth: Levels below the number.
        most: Inputs drawn per box; the table twin lists them all.
    """
    root = _grow(ledger, lineage, named, depth, most)
    width = round(root.lay_out(1.0) + 3)

    def draw(canvas: Canvas, given: float) -> float:
        if given < width:
            return _stack(canvas, root, (1.0, 1.0), min(given - 2, 330.0), first=True)
        return _spread(canvas, root, 1.0, first=True)

    rows = tuple(_rows(ledger, lineage, named, depth))
    steps = "; ".join(f"{step[0]}: {step[1].plain}" for step in _steps(rows)[:8])
    columns = ("Step", "Value", "Formula or note")
    alt = f"{title.plain} {steps}."
    return Figure("formula-tree", title, subtitle, alt, columns, rows, source_line, draw, width)


def _grow(
    ledger: Ledger, lineage: str, named: Callable[[str], str], depth: int, most: int
) -> _Branch:
    node = ledger[lineage]
    branch = _Branch(node, named(node.name))
    if depth > 0:
        inputs = [i for i in node.inputs if i in ledger][:most]
        branch.inputs = [_grow(ledger, i, named, depth - 1, most) for i in inputs]
    return branch


def _box(
    canvas: Canvas, at: tuple[float, float], wide: float, branch: _Branch, first: bool
) -> None:
    x, y = at
    stroke, width = ("accent", 1.6) if first else ("outline", 1.1)
    canvas.rect(at, (wide, _BOX[1]), "fill1", stroke, radius=4, width=width)
    shown = show(branch.node.quantity)
    size = 17 if len(shown.plain) * 8.4 < wide - 20 else 13.5
    canvas.number((x + 10, y + 25), shown, Type(size, 600, family="serif"))
    lines = [line.plain for line in wrap(Sentence((branch.name,)), _NAME, wide - 20)]
    if len(lines) > 2:
        lines[1] = f"{lines[1].rstrip(' ,')}\u2026"
    for i, line in enumerate(lines[:2]):
        canvas.text((x + 10, y + 45 + 15 * i), line, _NAME, structure=True)
    draw_label(canvas, (x + 10, y + _BOX[1] - 9), branch.node.quantity.label)


def _spread(canvas: Canvas, branch: _Branch, y: float, first: bool = False) -> float:
    """Draw a branch with its inputs side by side below it; gives the lowest edge."""
    _box(canvas, (branch.middle - _BOX[0] / 2, y), _BOX[0], branch, first)
    if not branch.inputs:
        return y + _BOX[1] + 2
    top, joint = y + _BOX[1], y + _BOX[1] + _DROP / 2
    below = y + _BOX[1] + _DROP
    ends = [child.middle for child in branch.inputs]
    line = f"M{f(branch.middle)} {f(top)}V{f(joint)}M{f(ends[0])} {f(joint)}H{f(ends[-1])}"
    line += "".join(f"M{f(end)} {f(joint)}V{f(below)}" for end in ends)
    canvas.path(line, stroke="outline", width=1.2)
    _joint(canvas, (branch.middle, joint), branch)
    return max(_spread(canvas, child, below) for child in branch.inputs)


def _stack(
    canvas: Canvas, branch: _Branch, at: tuple[float, float], wide: float, first: bool = False
) -> float:
    """Draw a branch with its inputs indented under one another; gives the lowest edge."""
    x, y = at
    _box(canvas, at, wide, branch, first)
    bottom = y + _BOX[1]
    if not branch.inputs:
        return bottom + 2
    stem, cursor = x + 10, bottom + 26
    for child in branch.inputs:
        joint = cursor + _BOX[1] / 2
        canvas.path(f"M{f(stem)} {f(bottom)}V{f(joint)}H{f(x + _STEP)}", stroke="outline")
        cursor = _stack(canvas, child, (x + _STEP, cursor), wide - _STEP) + 10
    _joint(canvas, (stem, bottom + 13), branch)
    return cursor - 10


def _joint(canvas: Canvas, at: tuple[float, float], branch: _Branch) -> None:
    canvas.circle(at, 10, "paper", "outline", 1.2)
    canvas.text((at[0], at[1] + 5), branch.sign, _SIGN)


def _rows(
    ledger: Ledger, lineage: str, named: Callable[[str], str], depth: int
) -> list[tuple[TwinCell, ...]]:
    node = ledger[lineage]
    rule = Sentence((Shown(node.quantity, node.formula or node.note or "read from its source"),))
    rows: list[tuple[TwinCell, ...]] = [(named(node.name), show(node.quantity), rule)]
    if depth > 0:
        for one in node.inputs:
            rows += _rows(ledger, one, named, depth - 1) if one in ledger else []
    return rows


def _steps(rows: tuple[tuple[TwinCell, ...], ...]) -> list[tuple[str, Shown]]:
    return [
        (step, value)
        for step, value, *_ in rows
        if isinstance(step, str) and isinstance(value, Shown)
    ]
