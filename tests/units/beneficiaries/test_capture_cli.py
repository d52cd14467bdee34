"""The commands on value: keys, errors, every study."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from midstream import cli
from units.beneficiaries.test_mrio import write


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line in this process; gives exit code, output, errors."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["midstream", "capture", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = capsys.readouterr()
        code = left.value.code
        return code if isinstance(code, int) else 0, captured.out, captured.err

    return call


def test_without_a_chain_the_chains_are_named(run: Any) -> None:
    code, out, err = run()
    assert (code, out) == (2, "")
    assert "magnets-light" in err
    assert "--chain" in err


def test_an_unknown_basis_is_one_clear_error(run: Any) -> None:
    code, out, err = run("--chain", "magnets-light", "--basis", "vs-smm-2025091")
    assert (code, out) == (2, "")
    assert "did you mean vs-smm-20250911" in err


def test_units_on_the_study_of_japan(run: Any) -> None:
    code, out, _ = run("units", "--draws", "50", "--study", "japan", "--json")
    answer = json.loads(out)
    assert (code, answer["command"], answer["study"]) == (0, "capture units", "japan")
    keys = {"unit", "chain", "per", "value", "stages", "open"}
    assert all(keys <= set(row) for row in answer["result"])
    assert "ev.kwh.car" in answer["assumptions"]


def test_companies_of_a_lever(run: Any) -> None:
    code, out, _ = run("companies", "--lever", "gallium", "--json")
    answer = json.loads(out)
    assert (code, answer["command"]) == (0, "capture companies")
    assert answer["result"]["lever"] == ["gallium"]
    assert {row["company"] for row in answer["result"]["gains"]} == {"co-nalco"}


def test_a_table_of_the_user(run: Any, tmp_path: Path) -> None:
    asked = ("input-output", "--table", str(write(tmp_path)), "--product", "magnet", "--json")
    code, out, _ = run(*asked)
    result = json.loads(out)["result"]
    assert code == 0
    assert sum(result["by_country"].values()) == pytest.approx(100.0)
