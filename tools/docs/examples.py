"""Refresh the outputs shown in the docs by running their commands.

    python tools/docs/examples.py            run every example, rewrite pages and picture
    python tools/docs/examples.py --quick    leave out examples that build or read an edition

An example is a comment followed by a console block with one command::

    <!-- example: head 6 tail 2 width 110 -->
    ```console
    $ midstream score IND
    ...
    ```

The output is cut to its first and last lines and to a width. A block without the comment is
left as it is. Commands run in an empty folder, in the order of the page, so that an example
can verify the edition that the example before it has built.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import typst

from midstream.cli import main as midstream
from midstream.report.theme import FONT_FOLDER

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/users", "docs/contributing", "docs/methods")
#: Figure of the site that the README shows, and where it is kept.
FIGURE, PICTURE = "country-IND-hollow-sectors.svg", "docs/images/hollow-middle"
#: Commands that build an edition or read one.
EDITION = frozenset({"build", "verify", "diff"})
#: The edition that the picture is taken from, as words of the command.
OF_PICTURE = ["build", "india-us", "--only", "site", "--out", "of-picture"]

_EXAMPLE = re.compile(
    r"(?P<head><!-- example:(?P<cut>[^>]*)-->\n```console\n)"
    r"\$ (?P<command>[^\n]+)\n(?P<shown>.*?)(?P<end>```)",
    re.DOTALL,
)
_SETTING = re.compile(r"(head|tail|width) (\d+)")


@dataclass(frozen=True)
class Example:
    """A command of a page with the output shown under it and how it is cut."""

    page: Path
    command: str
    shown: str
    head: int
    tail: int
    width: int

    @property
    def words(self) -> list[str]:
        """The words of the command after the name of the program."""
        return shlex.split(self.command)[1:]

    @property
    def needs_edition(self) -> bool:
        """Whether it builds or reads an edition."""
        return bool(EDITION.intersection(self.words[:1]))

    def cut(self, output: str) -> str:
        """Shorten an output to the first and last lines, each to the width."""
        lines = [self._line(line) for line in output.rstrip("\n").split("\n")]
        if len(lines) > self.head + self.tail:
            lines = [*lines[: self.head], "...", *lines[len(lines) - self.tail :]]
        return "\n".join(lines) + "\n"

    def _line(self, line: str) -> str:
        return line if len(line) <= self.width else line[: self.width - 2].rstrip() + " …"


def examples(page: Path) -> Iterator[Example]:
    """Give the examples of a page."""
    for match in _EXAMPLE.finditer(page.read_text("utf-8")):
        yield _example(page, match)


def _example(page: Path, match: re.Match[str]) -> Example:
    settings = {name: int(number) for name, number in _SETTING.findall(match["cut"])}
    return Example(
        page,
        match["command"],
        match["shown"],
        settings.get("head", 10_000),
        settings.get("tail", 0),
        settings.get("width", 10_000),
    )


def pages() -> list[Path]:
    """Give the pages that hold examples."""
    return sorted(path for folder in PAGES for path in (ROOT / folder).glob("*.md"))


def run(words: list[str], folder: Path) -> str:
    """Run the program in a folder; gives its output, or its message where it fails."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        patch.object(sys, "argv", ["midstream", *words]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _inside(folder),
    ):
        try:
            midstream()
        except SystemExit as stop:
            code = stop.code
    return out.getvalue() if not code else out.getvalue() + err.getvalue()


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def draw(svg: Path, picture: Path) -> None:
    """Set a figure as PNG with the vendored fonts, which a reader of the page may not have."""
    page = '#set page(width: auto, height: auto, margin: 0pt)\n#image("figure.svg")\n'
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        shutil.copy(svg, root / "figure.svg")
        (root / "page.typ").write_text(page, encoding="utf-8")
        made = typst.compile(
            str(root / "page.typ"),
            root=name,
            font_paths=[str(FONT_FOLDER)],
            ignore_system_fonts=True,
            format="png",
            ppi=120.0,
        )
        picture.write_bytes(made)


def refreshed(page: Path, folder: Path, quick: bool = False) -> str:
    """Give a page with the outputs of its examples as they are today."""

    def filled(match: re.Match[str]) -> str:
        example = _example(page, match)
        if quick and example.needs_edition:
            return match[0]
        shown = example.cut(run(example.words, folder))
        return f"{match['head']}$ {match['command']}\n{shown}{match['end']}"

    return _EXAMPLE.sub(filled, page.read_text("utf-8"))


def prepare(folder: Path) -> None:
    """Put the files into a folder that the examples name."""
    users = ROOT / "docs" / "users"
    for source in (*users.glob("*.toml"), *users.glob("example-*.csv")):
        shutil.copy(source, folder)
    shutil.copytree(ROOT / "docs" / "users" / "example-table", folder / "example-table")


def main(arguments: Sequence[str]) -> int:
    """Refresh all pages and the picture and give the exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        for page in pages():
            page.write_text(refreshed(page, folder, "--quick" in arguments), encoding="utf-8")
        if "--quick" not in arguments:
            run(OF_PICTURE, folder)
            drawn = folder / "of-picture" / "figures" / FIGURE
            shutil.copy(drawn, ROOT / f"{PICTURE}.svg")
            draw(drawn, ROOT / f"{PICTURE}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
