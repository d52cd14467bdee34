"""The command line: one document, six keys, three exit codes, and nothing overwritten."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import midstream
from command_line import Answer
from quick_studies import SMALL
from units.data_copy import append, copy_data, rewrite

ENVELOPE = {"command", "study", "data_release", "version", "assumptions", "warnings", "result"}
QUANTITY = {"value", "low", "high", "unit", "label", "lineage"}
LABELS = {"V", "V1", "U", "modelled", None}

pytestmark = pytest.mark.usefixtures("kept_studies")


@pytest.fixture
def fresh(quick_file: Path) -> tuple[str, str]:
    """Words that open the default study anew with each command, as a file of one's own is."""
    return ("--study", str(quick_file))


def process(*arguments: str) -> Answer:
    """Run the command line as a program of its own."""
    command = [sys.executable, "-m", "midstream", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return Answer(done.returncode, done.stdout, done.stderr)


def one_error(answer: Answer, *words: str) -> None:
    """Exit code 2, one error on standard error, nothing on standard output, no traceback."""
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.err.count("Error: ") == 1
    assert "Traceback" not in answer.err
    for word in words:
        assert word in answer.err


def document(answer: Answer) -> dict[str, Any]:
    """The one JSON document of an answer, in its envelope."""
    assert answer.code == 0, answer.err
    made = json.loads(answer.out)
    assert isinstance(made, dict)
    assert set(made) == ENVELOPE
    assert made["version"] == midstream.__version__
    return made


def quantities(part: Any) -> list[dict[str, Any]]:
    """Every quantity in a part of a document."""
    if isinstance(part, dict):
        if "lineage" in part and "label" in part:
            return [part]
        return [found for value in part.values() for found in quantities(value)]
    if isinstance(part, list):
        return [found for value in part for found in quantities(value)]
    return []


def assert_quantities(part: Any) -> None:
    found = quantities(part)
    assert found
    for quantity in found:
        assert set(quantity) == QUANTITY
        assert quantity["label"] in LABELS
        if quantity["value"] is None:
            assert quantity["label"] is None
        elif quantity["low"] is not None and quantity["high"] is not None:
            assert quantity["low"] <= quantity["value"] <= quantity["high"]


# -- answers ----------------------------------------------------------------------------------


def test_score_gives_cells_in_the_envelope(run: Any) -> None:
    made = document(run("score", "IND", "CHN", "--sector", "wind", "--json"))
    assert made["command"] == "score"
    assert made["study"] == "india-us"
    assert "ladder.m0" in made["assumptions"]
    assert len(made["result"]) == 8
    for cell in made["result"]:
        keys = {"country", "sector", "stage", "score", "digit", "pillars", "forms", "reasons"}
        assert keys | {"lift"} <= set(cell)
        assert set(cell["pillars"]) == {"installed", "trajectory", "control"}
        assert cell["digit"] in (None, 1, 2, 3, 4, 5)
    assert_quantities(made["result"])


def test_a_score_can_be_traced_to_its_inputs(run: Any, fresh: tuple[str, str]) -> None:
    lineage = "f:score.stage/IND/wind/C3/2030"
    made = document(run("evidence", "trace", lineage, "--json", *fresh))
    tree = made["result"]
    assert tree["id"] == lineage
    assert tree["kind"] == "formula"
    assert set(tree) >= {"id", "kind", "name", "quantity", "inputs"}
    assert tree["inputs"]


def test_a_residual_of_a_balance_can_be_traced(run: Any) -> None:
    made = document(run("evidence", "trace", "f:balance.unnamed/ndpr-oxide", "--json"))
    assert {part["id"] for part in made["result"]["inputs"]} == {
        "f:world.output/WLD/ndpr-oxide/2024",
        "f:balance.named/ndpr-oxide",
    }


def test_the_seed_and_the_horizon_are_heard(run: Any, fresh: tuple[str, str]) -> None:
    score = ("score", "IND", "--sector", "wind", "--json", *fresh)
    plain, again = (document(run(*score))["result"] for _ in range(2))
    other = document(run(*score, "--seed", "5"))["result"]
    later = document(run(*score, "--horizon", "2035"))["result"]
    assert plain == again
    assert plain != other
    assert later[0]["score"]["lineage"].endswith("/2035")


def test_a_trace_takes_the_seed_of_the_answer(run: Any, fresh: tuple[str, str]) -> None:
    score = ("score", "IND", "--sector", "wind", "--seed", "5", "--json", *fresh)
    shown = document(run(*score))["result"][2]["score"]
    trace = ("evidence", "trace", shown["lineage"], "--json", *fresh)
    assert document(run(*trace, "--seed", "5"))["result"]["quantity"] == shown
    assert document(run(*trace))["result"]["quantity"] != shown


def test_an_edition_takes_seed_and_licences(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "edition"
    words = ("--only", "tables", "--seed", "5", "--without-licence", "unclear", "--processes", "1")
    file = tmp_path / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    assert run("build", str(file), "--out", str(folder), *words).code == 0
    inputs = json.loads((folder / "manifest.json").read_text("utf-8"))["inputs"]
    assert (inputs["seed"], inputs["without_licences"]) == (5, ["unclear"])


def test_licences_left_out_change_what_is_shown(run: Any) -> None:
    words = ("evidence", "show", "--metric", "share_of_world_production", "--country", "CHN")
    words = (*words, "--material", "antimony", "--period", "2024", "--json")
    (whole,) = document(run(*words))["result"]
    (clear,) = document(run(*words, "--without-licence", "unclear"))["result"]
    assert (whole["quantity"]["label"], clear["quantity"]["label"]) == ("V", "V1")
    assert len(clear["observations"]) < len(whole["observations"])


def test_licences_left_out_change_checks_scores_and_traces(
    run: Any, fresh: tuple[str, str]
) -> None:
    without = ("--without-licence", "unclear", "--without-licence", "CC BY 4.0", "--json")
    checked = [document(run("evidence", "check", "--json", *more)) for more in ((), without[:2])]
    assert checked[1]["result"]["counts"] != checked[0]["result"]["counts"]
    score = ("score", "IND", "--sector", "wind", *fresh)
    whole = document(run(*score, "--json"))["result"]
    cell = document(run(*score, *without))["result"][2]
    assert cell["score"]["value"] != whole[2]["score"]["value"]
    trace = ("evidence", "trace", cell["score"]["lineage"], *fresh)
    traced = document(run(*trace, *without))["result"]
    assert traced["quantity"] == cell["score"]


def test_another_study_answers_from_the_same_code(run: Any) -> None:
    made = document(run("score", "JPN", "--sector", "wind", "--study", "japan", "--json"))
    assert made["study"] == "japan"


def test_show_gives_facts_with_their_observations(run: Any) -> None:
    made = document(run("evidence", "show", "--metric", "production", "--country", "IND", "--json"))
    assert made["study"] is None
    assert made["result"]
    for fact in made["result"]:
        assert {"key", "quantity", "observations", "agreement"} <= set(fact)
        assert fact["agreement"] in ("agree", "conflict", "single")
        for row in fact["observations"]:
            keys = {"id", "value", "unit", "source", "origin", "layer", "locator", "period"}
            assert keys <= set(row)
    assert_quantities([fact["quantity"] for fact in made["result"]])


def test_tables_are_printed_for_people(run: Any) -> None:
    answer = run("score", "IND", "--sector", "wind")
    assert answer.code == 0
    assert "C1" in answer.out
    assert "IND" in answer.out
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.out)


def test_studies_and_version_are_named(run: Any) -> None:
    assert "india-us" in run("studies").out
    assert run("--version").out == f"midstream {midstream.__version__}\n"


# -- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("score", "XXX"), ("unknown country 'XXX'", "To mend it")),
        (("score", "IND", "--sector", "winds"), ("unknown sector 'winds'", "did you mean wind")),
        (("score", "IND", "--horizon", "2001"), ("--horizon", "after the base year")),
        (("score", "IND", "--study", "india"), ("no study 'india'", "did you mean")),
        (("score", "IND", "--study", "gone.toml"), ("gone.toml", "cannot be read")),
        (
            ("score", "IND", "--sector", "wind", "--seed", "-1"),
            ("--seed", "greater than or equal to 0"),
        ),
        (("evidence", "trace", "f:nothing/at/all"), ("no lineage", "To mend it")),
        (("evidence", "trace", "o-00000000"), ("no lineage",)),
        (("evidence", "show", "--metric", "prodction"), ("did you mean production",)),
        (("evidence", "show", "--country", "Indonesiaa"), ("country",)),
        (("evidence", "check", "--data", "nowhere"), ("no such data folder",)),
        (("verify", "nowhere"), ("there is no manifest",)),
        (("build", "indiana"), ("no study 'indiana'",)),
        (("build", "--seed", "-1"), ("--seed", "greater than or equal to 0")),
        *(
            ((*words, "--without-licence", "uncler"), ("unknown licence 'uncler'", "did you mean"))
            for words in (
                ("score", "IND"),
                ("build",),
                ("evidence", "check"),
                ("evidence", "show", "--metric", "production"),
                ("evidence", "trace", "par:leader.floor"),
            )
        ),
        (("score", "--without-licence", "cited facts"), ("cannot be left out", "stacks.csv:")),
    ],
    ids=" ".join,
)
def test_bad_words_give_one_error(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Any, words: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    one_error(run(*arguments), *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [("scor",), ("score", "--horizon", "soon"), ("evidence", "show", "--nothing")],
    ids=" ".join,
)
def test_usage_errors_exit_with_two(run: Any, arguments: Any) -> None:
    answer = run(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err


def study_file(path: Path, old: str, new: str) -> str:
    from importlib.resources import files

    text = files("midstream.studies").joinpath("india-us.toml").read_text("utf-8")
    assert old in text
    file = path / "mine.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(file)


def test_a_study_of_an_unknown_country_stops_every_command(run: Any, tmp_path: Path) -> None:
    file = study_file(tmp_path, 'focus = "IND"', 'focus = "ATL"')
    edition = tmp_path / "edition"
    edition.mkdir()
    (edition / "kept.txt").write_text("kept", encoding="utf-8")
    one_error(run("score", "--study", file), "mine.toml", "unknown country 'ATL'")
    one_error(run("build", file, "--out", str(edition)), "mine.toml", "unknown country 'ATL'")
    assert [entry.name for entry in edition.iterdir()] == ["kept.txt"]


def test_a_study_that_is_not_toml_says_the_line(run: Any, tmp_path: Path) -> None:
    file = study_file(tmp_path, 'focus = "IND"', "focus = IND")
    one_error(run("score", "--study", file), "mine.toml", "not TOML", "line 5")


# -- bad data ---------------------------------------------------------------------------------


def spoil_row(folder: Path) -> None:
    """A value that is no number, in the second row of the file."""
    first = iter(["1.2.3"])
    rewrite(folder, "observations", lambda row: {**row, "value": next(first, row["value"])})


def spoil_unit(folder: Path) -> None:
    """An output in a unit of money."""
    taken = iter(["USD"])

    def change(row: dict[str, str]) -> dict[str, str]:
        return {**row, "unit": next(taken, row["unit"])} if row["metric"] == "production" else row

    rewrite(folder, "observations", change)


def spoil_source(folder: Path) -> None:
    """A source that the register does not hold."""
    first = iter(["usgs-mcs-2062"])
    rewrite(folder, "observations", lambda row: {**row, "source": next(first, row["source"])})


def spoil_key(folder: Path) -> None:
    """One id twice."""
    seen: list[str] = []

    def change(row: dict[str, str]) -> dict[str, str]:
        seen.append(row["id"])
        return {**row, "id": seen[0]} if len(seen) == 2 else row

    rewrite(folder, "observations", change)


def spoil_recipe(folder: Path) -> None:
    """Ore made of magnets."""
    append(
        folder, "recipes", id="rc-circle", output="ree-ore", input="ndfeb-magnet", kind="assumed"
    )


SPOILT = {
    "a malformed row": (spoil_row, ("observations.csv:2:value", "1.2.3")),
    "a wrong unit": (spoil_unit, ("observations.csv:", ":unit", "'USD' is no unit of production")),
    "an orphan source": (spoil_source, ("observations.csv:2:source", "usgs-mcs-2062")),
    "a duplicate key": (spoil_key, ("observations.csv:3:id", "also stands in row 2")),
    "a cyclic recipe": (spoil_recipe, ("recipes.csv:", ":input", "run in a circle", "ree-ore")),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_data(tmp_path_factory.mktemp("spoilt") / "data")


def digest(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.csv")
    }


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_data_give_one_error_with_its_place(run: Any, data: Path, name: str) -> None:
    spoil, words = SPOILT[name]
    kept = {file: file.read_bytes() for file in data.glob("*.csv")}
    try:
        spoil(data)
        before = digest(data)
        one_error(run("evidence", "check", "--data", str(data)), "1 problem", *words)
        assert digest(data) == before
    finally:
        for file, content in kept.items():
            file.write_bytes(content)


def test_spoilt_data_stop_the_program_too(data: Path) -> None:
    recipes = (data / "recipes.csv").read_bytes()
    try:
        spoil_recipe(data)
        answer = process("evidence", "check", "--data", str(data), "--json")
        one_error(answer, "recipes.csv:", "run in a circle")
    finally:
        (data / "recipes.csv").write_bytes(recipes)


def test_a_circle_is_refused_by_python_as_well(data: Path) -> None:
    recipes = (data / "recipes.csv").read_bytes()
    try:
        spoil_recipe(data)
        with pytest.raises(midstream.InputError, match="run in a circle"):
            midstream.load(data=data)
    finally:
        (data / "recipes.csv").write_bytes(recipes)


def test_a_sound_copy_passes(run: Any, data: Path) -> None:
    made = document(run("evidence", "check", "--data", str(data), "--json"))
    assert {"findings", "counts"} <= set(made["result"])
    for finding in made["result"]["findings"]:
        assert {"check", "severity", "file", "row", "id", "message"} <= set(finding)
        assert finding["severity"] == "warning"


# -- as a program -----------------------------------------------------------------------------


def test_standard_output_holds_one_document_and_nothing_else() -> None:
    answer = process("score", "IND", "--sector", "wind", "--json")
    assert answer.err == ""
    assert answer.out.count("\n") == 1
    document(answer)


def test_help_names_every_command() -> None:
    answer = process("--help")
    assert answer.code == 0
    for command in ("score", "evidence", "build", "verify", "diff", "studies"):
        assert command in answer.out


def test_importing_the_package_defines_names_only() -> None:
    code = "import sys, midstream; print(sorted({'numpy', 'duckdb', 'scipy'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"
    assert done.stderr == ""
