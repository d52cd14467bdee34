"""Check the size ceilings: short modules, short functions, and the reasons for exceptions.

The ceilings stand in `pyproject.toml` under `[tool.midstream.size]`. A module counts
all its lines. A function counts the lines from `def` to its end, without decorators
and without its docstring, since explaining more must never cost anything; functions
inside functions count on their own and for the one around them.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Ceilings:
    """The limits of one project, in lines, and its exceptions (name -> reason)."""

    module_lines: int
    function_lines: int
    usual_function_lines: int
    usual_share: float
    paths: tuple[str, ...]
    exceptions: dict[str, str]

    @classmethod
    def read(cls, pyproject: Path) -> Ceilings:
        """Read the ceilings from `pyproject.toml`.

        Raises:
            KeyError: when a ceiling is missing.
        """
        table: dict[str, Any] = tomllib.loads(pyproject.read_text("utf-8"))
        size = table["tool"]["midstream"]["size"]
        return cls(**{**size, "paths": tuple(size["paths"])})


@dataclass(frozen=True)
class Measured:
    """The size of one module or function: its name, its place and its lines."""

    name: str
    place: str
    lines: int


def docstring_lines(function: Function) -> int:
    """Return how many lines the docstring of `function` takes, 0 when it has none."""
    first = function.body[0]
    is_docstring = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return (first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield each function below `tree` with its dotted name, classes included in the name."""
    for node in ast.iter_child_nodes(tree):
        name = prefix
        if isinstance(node, Function | ast.ClassDef):
            name = f"{prefix}.{node.name}" if prefix else node.name
        if isinstance(node, Function):
            yield name, node
        yield from functions(node, name)


def measure(path: Path, root: Path) -> tuple[Measured, list[Measured]]:
    """Return the size of the module at `path` and of each of its functions."""
    text = path.read_text("utf-8")
    place = path.relative_to(root).as_posix()
    found = [
        Measured(
            name=f"{place}:{name}",
            place=f"{place}:{node.lineno}",
            lines=(node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node),
        )
        for name, node in functions(ast.parse(text, filename=place))
    ]
    return Measured(place, f"{place}:1", len(text.splitlines())), found


def modules(root: Path, paths: tuple[str, ...]) -> list[Path]:
    """Return the Python files that the ceilings cover, in order of their path."""
    found: set[Path] = set()
    for name in paths:
        start = root / name
        found.update(start.rglob("*.py") if start.is_dir() else [start])
    return sorted(found)


def check_ceiling(sizes: list[Measured], ceiling: int, kind: str, excused: set[str]) -> list[str]:
    """Return a finding for each entry over `ceiling` that has no exception."""
    return [
        f"{each.place}: {kind} {each.name.rpartition(':')[2]} has {each.lines} lines, "
        f"{each.lines - ceiling} over the ceiling of {ceiling}. Split it by what it does."
        for each in sizes
        if each.lines > ceiling and each.name not in excused
    ]


def check_usual(sizes: list[Measured], ceilings: Ceilings) -> list[str]:
    """Return a finding with the longest functions when too few of all are short."""
    longer = sorted(
        (each for each in sizes if each.lines > ceilings.usual_function_lines),
        key=lambda each: (-each.lines, each.place),
    )
    short_share = 1 - len(longer) / len(sizes) if sizes else 1.0
    if short_share >= ceilings.usual_share:
        return []
    longest = "\n".join(f"  {each.lines:3d}  {each.name}" for each in longer)
    return [
        f"{short_share:.1%} of the functions have at most {ceilings.usual_function_lines} lines; "
        f"at least {ceilings.usual_share:.0%} should. The longer ones:\n{longest}"
    ]


def check_exceptions(sizes: list[Measured], ceilings: Ceilings, limits: list[int]) -> list[str]:
    """Return a finding for each exception without a reason or without a need."""
    lines = {each.name: (each.lines, limit) for each, limit in zip(sizes, limits, strict=True)}
    findings = []
    for name, reason in ceilings.exceptions.items():
        size, limit = lines.get(name, (0, 0))
        if not reason.strip():
            findings.append(f"pyproject.toml: the exception for {name} gives no reason.")
        if size <= limit:
            findings.append(f"pyproject.toml: the exception for {name} is not needed any more.")
    return findings


def check(root: Path) -> tuple[list[str], str]:
    """Return all findings for the project at `root`, and one line that sums it up."""
    ceilings = Ceilings.read(root / "pyproject.toml")
    excused = set(ceilings.exceptions)
    whole: list[Measured] = []
    parts: list[Measured] = []
    for path in modules(root, ceilings.paths):
        module, found = measure(path, root)
        whole.append(module)
        parts.extend(found)
    limits = [ceilings.module_lines] * len(whole) + [ceilings.function_lines] * len(parts)
    findings = [
        *check_ceiling(whole, ceilings.module_lines, "module", excused),
        *check_ceiling(parts, ceilings.function_lines, "function", excused),
        *check_usual(parts, ceilings),
        *check_exceptions(whole + parts, ceilings, limits),
    ]
    longest = [max((each.lines for each in sizes), default=0) for sizes in (whole, parts)]
    summary = (
        f"{len(whole)} modules, the longest {longest[0]} lines; {len(parts)} functions, "
        f"the longest {longest[1]}; {len(ceilings.exceptions)} exceptions."
    )
    return findings, summary


def main() -> int:
    """Print every finding and return 1 if there is one, else 0."""
    findings, summary = check(ROOT)
    for finding in findings:
        print(finding)
    print(summary)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
