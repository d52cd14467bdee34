"""Bills of materials as files: limits, places, and names of forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.shock.bill import Limits
from midstream.shock.bill_forms import FormBook, Kinship, Match
from midstream.shock.bill_reader import parse_bill, read_bill

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "users" / "example-bill.csv"


def refused(data: bytes, evidence: Evidence) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_bill(data, "bill.csv", evidence)
    return caught.value


def test_the_example_of_the_docs_is_read(evidence: Evidence) -> None:
    bill = read_bill(EXAMPLE, evidence)
    assert bill.currency == "EUR"
    assert bill.notes == ()
    assert [item.form is None for item in bill.items].count(True) == 2


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_path_that_is_no_file(evidence: Evidence, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_bill(tmp_path / name, evidence)


def test_a_file_above_the_limit_is_not_read(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_bytes(b"item,form\n" + b"\n" * Limits.of(evidence).bytes)
    with pytest.raises(InputError, match=r"more than 2,000,000 bytes"):
        read_bill(path, evidence)


def test_rows_above_the_limit(evidence: Evidence) -> None:
    rows = Limits.of(evidence).rows
    lines = ["item,form", *(f"item {number}," for number in range(rows + 1))]
    assert len(parse_bill("\n".join(lines[:-1]).encode(), "bill.csv", evidence).items) == rows
    error = refused("\n".join(lines).encode(), evidence)
    assert (error.what, error.where) == ("more than 5,000 rows", f"bill.csv:{rows + 2}:1")


def test_columns_and_cells_above_the_limit(evidence: Evidence) -> None:
    wide = ",".join(["item", "form", *(f"c{number}" for number in range(70))])
    assert refused(wide.encode(), evidence).where == "bill.csv:1:65"
    long = f"item,form\n{'x' * 5000},ndfeb-magnet\n"
    assert refused(long.encode(), evidence).where == "bill.csv:2:1"


def test_a_header_alone(evidence: Evidence) -> None:
    assert refused(b"item,form\n\n", evidence).what == "a header without rows"


def test_every_form_is_found_by_its_id_and_its_short_name(evidence: Evidence) -> None:
    book = FormBook(evidence)
    for form in evidence.forms:
        assert book.named(form) == Match(form)
        assert book.named(form.upper().replace("-", " ")) == Match(form)
    for row in evidence.table("scored_forms").rows:
        match = book.named(row["name"])
        assert isinstance(match, Match)
        assert match.form is not None


def test_a_code_leads_to_the_form_of_its_row(evidence: Evidence) -> None:
    book = FormBook(evidence)
    for row in evidence.table("hs_concordance").rows:
        match = book.coded(row["hs6"])
        assert isinstance(match, Match)
        assert match.form == row["form"]
    assert isinstance(book.coded("8505"), str)


def test_kinship_is_one_step_of_the_recipes(evidence: Evidence) -> None:
    kinship = Kinship(evidence)
    for row in evidence.table("recipes").rows:
        assert kinship.relation(row["output"], row["input"]) in ("is", "may-be", "holds")
        assert kinship.steps(row["output"], row["input"]) in (0, 1)
        assert kinship.steps(row["input"], row["output"]) is None
    assert kinship.relation("ev", "ndfeb-magnet") is None
    assert kinship.steps("ev", "ndfeb-magnet") == 2
    assert kinship.relation("electrolyte-salt", "lithium-carbonate") == "holds"
    assert kinship.steps("electrolyte-salt", "lithium-spodumene") == 2
    assert kinship.relation("lithium-hydroxide", "lithium-carbonate") == "is"
