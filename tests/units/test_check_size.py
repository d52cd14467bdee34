"""The size check finds long modules and functions, and exceptions that lost their point."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

PYPROJECT = """
[tool.midstream.size]
module_lines = 12
function_lines = 4
usual_function_lines = 3
usual_share = {share}
paths = ["src", "one.py"]
[tool.midstream.size.exceptions]
{exceptions}
"""


@pytest.fixture(scope="module")
def check_size() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_size", ROOT / "tools" / "check_size.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up by module name.
    sys.modules["check_size"] = module
    spec.loader.exec_module(module)
    return module


def function(name: str, lines: int, docstring: int = 0) -> str:
    told = ['    """Say.', *["    More."] * (docstring - 2), '    """'] if docstring else []
    return "\n".join([f"def {name}():", *told, *["    pass"] * (lines - 1), ""])


def project(root: Path, text: str, exceptions: str = "", share: float = 0.0) -> Path:
    (root / "src").mkdir()
    (root / "src" / "module.py").write_text(text)
    (root / "one.py").write_text("")
    (root / "pyproject.toml").write_text(PYPROJECT.format(share=share, exceptions=exceptions))
    return root


def test_small_code_passes_and_is_summed_up(check_size: ModuleType, tmp_path: Path) -> None:
    findings, summary = check_size.check(project(tmp_path, function("short", 4)))
    assert findings == []
    assert summary.startswith("2 modules, the longest 4 lines; 1 functions, the longest 4")


def test_a_docstring_costs_nothing(check_size: ModuleType, tmp_path: Path) -> None:
    assert check_size.check(project(tmp_path, function("told", 4, docstring=5)))[0] == []


def test_a_long_module_and_each_long_function_are_named(
    check_size: ModuleType, tmp_path: Path
) -> None:
    text = function("first", 7) + function("second", 6)
    findings, _ = check_size.check(project(tmp_path, text))
    assert [finding.partition(". ")[0] for finding in findings] == [
        "src/module.py:1: module src/module.py has 13 lines, 1 over the ceiling of 12",
        "src/module.py:1: function first has 7 lines, 3 over the ceiling of 4",
        "src/module.py:8: function second has 6 lines, 2 over the ceiling of 4",
    ]


def test_methods_and_inner_functions_count_on_their_own(
    check_size: ModuleType, tmp_path: Path
) -> None:
    text = "class Box:\n    def fill(self):\n        def inner():\n            pass\n"
    _, found = check_size.measure(project(tmp_path, text) / "src" / "module.py", tmp_path)
    assert [(each.name.partition(":")[2], each.lines) for each in found] == [
        ("Box.fill", 3),
        ("Box.fill.inner", 2),
    ]


def test_too_few_short_functions_are_a_finding(check_size: ModuleType, tmp_path: Path) -> None:
    text = function("short", 2) + function("longer", 4)
    (finding,) = check_size.check(project(tmp_path, text, share=0.9))[0]
    assert finding.startswith("50.0% of the functions have at most 3 lines; at least 90% should")
    assert "src/module.py:longer" in finding


def test_an_exception_excuses_with_its_reason(check_size: ModuleType, tmp_path: Path) -> None:
    excused = '"src/module.py:long" = "one table, read top to bottom"'
    assert check_size.check(project(tmp_path, function("long", 6), excused))[0] == []


@pytest.mark.parametrize(
    ("exception", "complaint"),
    [
        ('"src/module.py:long" = " "', "gives no reason"),
        ('"src/module.py:gone" = "was long once"', "is not needed any more"),
    ],
)
def test_idle_exceptions_are_findings(
    check_size: ModuleType, tmp_path: Path, exception: str, complaint: str
) -> None:
    findings, _ = check_size.check(project(tmp_path, function("long", 6), exception))
    assert any(complaint in finding for finding in findings)


def test_the_project_keeps_its_own_ceilings(check_size: ModuleType) -> None:
    ceilings = check_size.Ceilings.read(ROOT / "pyproject.toml")
    assert (ceilings.module_lines, ceilings.function_lines) == (400, 40)
    assert (ceilings.usual_function_lines, ceilings.usual_share) == (22, 0.9)
