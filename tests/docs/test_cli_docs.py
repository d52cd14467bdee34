"""The commands page and the program say the same; examples show what the program prints."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main

import midstream
from command_line import LOAD
from midstream import study as studies
from midstream.cli import app
from midstream.report.figures import of_cell

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMANDS = ROOT / "docs" / "users" / "commands.md"


def load_tool() -> ModuleType:
    path = ROOT / "tools" / "docs" / "examples.py"
    spec = importlib.util.spec_from_file_location("docs_examples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TOOL = load_tool()
EXAMPLES = [example for page in TOOL.pages() for example in TOOL.examples(page)]
CHEAP = [example for example in EXAMPLES if not example.needs_edition]


def leaves(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of a group with the words that lead to it."""
    for word, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield (*path, word), command
            yield from leaves(command, (*path, word))
        else:
            yield (*path, word), command


ROOT_GROUP = typer.main.get_command(app)
PROGRAM = dict(leaves(ROOT_GROUP))


def options(command: Any) -> set[str]:
    """The long options of a command, without --help."""
    return {
        name
        for parameter in command.params
        if parameter.param_type_name == "option"
        for name in (*parameter.opts, *parameter.secondary_opts)
    } - {"--help"}


def sections() -> dict[tuple[str, ...], str]:
    """Sections of the commands page by the words of their command."""
    parts = re.split(r"^## midstream ?", COMMANDS.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {tuple(part.partition("\n")[0].split()): part for part in parts}


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    assert set(sections()) == {(), *PROGRAM}


@pytest.mark.parametrize("words", sorted([(), *PROGRAM]), ids=lambda words: " ".join(words) or "-")
def test_every_option_is_described_and_no_other(words: tuple[str, ...]) -> None:
    command = PROGRAM.get(words, ROOT_GROUP)
    named = re.findall(r"^\| `(--[\w-]+)", sections()[words], re.MULTILINE)
    assert sorted(named) == sorted(options(command))


@pytest.mark.parametrize("words", sorted(PROGRAM), ids=" ".join)
def test_every_command_has_an_example_in_its_section(words: tuple[str, ...]) -> None:
    assert f"$ midstream {' '.join(words)}" in sections()[words]


@pytest.mark.parametrize("words", sorted(PROGRAM), ids=" ".join)
def test_every_command_and_option_says_what_it_does(words: tuple[str, ...]) -> None:
    command = PROGRAM[words]
    assert command.help
    assert all(getattr(one, "help", "") for one in command.params if one.name != "help")


def shown_commands() -> list[tuple[str, str]]:
    """Each command of a console or shell block, with its page."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        lines = re.findall(r"^ *(?:\$ |\.venv/bin/)(midstream .+)$", text, re.MULTILINE)
        found += [(page.relative_to(ROOT).as_posix(), line) for line in lines]
    return found


@pytest.mark.parametrize(("page", "line"), shown_commands())
def test_commands_that_are_shown_exist(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    if words == ["--version"]:
        return
    path = next(
        (path for path in (tuple(words[:2]), tuple(words[:1])) if path in PROGRAM),
        None,
    )
    assert path is not None, f"{page}: no such command"
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert given <= options(PROGRAM[path]), page
    PROGRAM[path].make_context(path[-1], words[len(path) :], resilient_parsing=True)


def test_every_command_has_an_example_that_runs() -> None:
    shown = {tuple(example.words) for example in EXAMPLES}
    for path in PROGRAM:
        assert any(words[: len(path)] == path for words in shown), " ".join(path)


KEPT = [example for example in CHEAP if example.words[:2] != ["evidence", "trace"]]
ALONE = [example for example in CHEAP if example not in KEPT]


@pytest.mark.usefixtures("kept_studies")
@pytest.mark.parametrize("example", KEPT, ids=lambda one: f"{one.page.stem}: {one.command}")
def test_examples_show_what_the_program_prints(example: Any, tmp_path: Path) -> None:
    TOOL.prepare(tmp_path)
    printed = example.cut(TOOL.run(example.words, tmp_path))
    assert example.shown == printed, "run python tools/docs/examples.py"


# What a tree says of a part depends on which rooms have been entered before.
@pytest.mark.parametrize("example", ALONE, ids=lambda one: f"{one.page.stem}: {one.command}")
def test_traces_show_what_the_program_prints(
    example: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "load", LOAD)
    TOOL.prepare(tmp_path)
    printed = example.cut(TOOL.run(example.words, tmp_path))
    assert example.shown == printed, "run python tools/docs/examples.py"


@pytest.mark.slow
def test_examples_about_editions_show_what_the_program_prints(tmp_path: Path) -> None:
    TOOL.prepare(tmp_path)
    for example in EXAMPLES:
        if example.needs_edition:
            printed = example.cut(TOOL.run(example.words, tmp_path))
            assert example.shown == printed, "run python tools/docs/examples.py"


def test_the_png_is_set_from_the_svg(tmp_path: Path) -> None:
    TOOL.draw(ROOT / f"{TOOL.PICTURE}.svg", tmp_path / "again.png")
    again = (tmp_path / "again.png").read_bytes()
    assert again == (ROOT / f"{TOOL.PICTURE}.png").read_bytes(), "run python tools/docs/examples.py"


def test_the_picture_shows_the_scores_of_today() -> None:
    drawn = (ROOT / f"{TOOL.PICTURE}.svg").read_text("utf-8")
    study = midstream.load("india-us")
    shown = {
        f"f:score.stage/IND/{cell.sector}/{cell.stage}/{study.config.horizon}": of_cell(cell).text
        for cell in study.scorecard([study.config.focus]).cells
    }
    found = dict(re.findall(r'data-lineage="([^"]+)"[^>]*>(?:<text[^>]*>)?([^<]+)<', drawn))
    assert found == shown, "run python tools/docs/examples.py"
