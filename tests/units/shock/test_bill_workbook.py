"""Workbooks: what is read, and what is refused before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.shock.bill import Bill
from midstream.shock.bill_reader import parse_bill
from units.shock.bills import MAIN, OFFICE, sheet, workbook

HEAD = ["item", "form", "quantity", "unit", "stock months", "sole source"]
ROW = ["rotor", "ndfeb-magnet", 12.5, "t", 2, True]
GOOD = sheet([HEAD, ROW])


def read(data: bytes, evidence: Evidence) -> Bill:
    return parse_bill(data, "bill.xlsx", evidence)


def refused(data: bytes, evidence: Evidence) -> str:
    with pytest.raises(InputError) as caught:
        read(data, evidence)
    assert caught.value.where.startswith("bill.xlsx:")
    return str(caught.value)


def test_values_of_every_kind_of_cell(evidence: Evidence) -> None:
    (item,) = read(workbook(GOOD), evidence).items
    assert (item.name, item.form, item.quantity, item.unit) == ("rotor", "ndfeb-magnet", 12.5, "t")
    assert (item.stock_months, item.sole_source, item.value, item.supplier) == (2, True, None, None)


def test_shared_texts_without_their_small_readings(evidence: Evidence) -> None:
    texts = (
        f"<sst {MAIN}><si><t>item</t></si><si><t>form</t></si>"
        "<si><r><t>ro</t></r><r><t>tor</t></r><rPh><t>READ</t></rPh></si></sst>"
    )
    cells = "".join(f'<c t="s"><v>{n}</v></c>' for n in (0, 1))
    rows = f'<row>{cells}</row><row><c t="s"><v>2</v></c><c t="str"><v>ndpr-oxide</v></c></row>'
    text = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    (item,) = read(workbook(text, parts={"xl/texts.xml": texts}), evidence).items
    assert (item.name, item.form) == ("rotor", "ndpr-oxide")


def test_text_like_a_formula_is_text(evidence: Evidence) -> None:
    text = sheet([HEAD[:2], ['=HYPERLINK("http://x")', "ndfeb-magnet"]])
    assert read(workbook(text), evidence).items[0].name == '=HYPERLINK("http://x")'


def test_a_formula_is_refused_with_its_place(evidence: Evidence) -> None:
    text = GOOD.replace("<v>12.5</v>", "<f>6+6.5</f><v>12.5</v>")
    message = refused(workbook(text), evidence)
    assert message.startswith("bill.xlsx:2:3: a formula")


def test_an_error_value_is_refused(evidence: Evidence) -> None:
    text = GOOD.replace('<c r="C2"><v>12.5</v>', '<c r="C2" t="e"><v>#N/A</v>')
    assert "bill.xlsx:2:3: the error value #N/A" in refused(workbook(text), evidence)


def test_the_first_visible_sheet_is_read_and_the_others_are_named(evidence: Evidence) -> None:
    other = sheet([["nothing"]])
    bill = read(workbook(other, GOOD, other, states=("hidden", "visible", "visible")), evidence)
    assert len(bill.items) == 1
    assert bill.notes == ("only the sheet 'S2' is read, not 'S3'",)


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_document_type_is_refused(evidence: Evidence, declared: str) -> None:
    assert "document type" in refused(workbook(declared + GOOD), evidence)
    parts: dict[str, str | bytes] = {"xl/texts.xml": f"{declared}<sst {MAIN}/>"}
    assert "document type" in refused(workbook(GOOD, parts=parts), evidence)


def test_a_bomb_is_refused_by_its_directory(evidence: Evidence) -> None:
    parts: dict[str, str | bytes] = {"xl/media/a.bin": b"\0" * 30_000_000}
    assert "30,0" in refused(workbook(GOOD, parts=parts), evidence)
    parts = {"xl/media/a.bin": b"\0" * 3_000_000}
    assert "packed" in refused(workbook(GOOD, parts=parts), evidence)
    parts = {f"xl/media/{n}": "" for n in range(2001)}
    assert "parts are too many" in refused(workbook(GOOD, parts=parts), evidence)


def test_a_sheet_that_claims_a_huge_size_is_read_by_what_it_holds(evidence: Evidence) -> None:
    text = GOOD.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    assert len(read(workbook(text), evidence).items) == 1


def test_a_cell_far_to_the_right_is_refused(evidence: Evidence) -> None:
    text = GOOD.replace("</row>", '<c r="XFD1"><v>1</v></c></row>', 1)
    assert "16384 columns" in refused(workbook(text), evidence)


def test_a_long_text_is_refused_and_not_kept(evidence: Evidence) -> None:
    text = sheet([HEAD, ["x" * 100_000, "ndfeb-magnet"]])
    assert "bill.xlsx:2:1: a cell of " in refused(workbook(text), evidence)


def test_macros_and_links_are_not_opened(evidence: Evidence) -> None:
    parts: dict[str, str | bytes] = {
        "xl/vbaProject.bin": b"\xff" * 100,
        "xl/externalLinks/1.xml": "<",
    }
    assert len(read(workbook(GOOD, parts=parts), evidence).items) == 1


def test_a_relation_out_of_the_archive_leads_nowhere(evidence: Evidence) -> None:
    parts: dict[str, str | bytes] = {
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships><Relationship Id="r1" Type="{OFFICE}/worksheet"'
            ' Target="../../../etc/passwd"/></Relationships>'
        )
    }
    assert "no visible sheet" in refused(workbook(GOOD, parts=parts), evidence)


def other_archive(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (other_archive("xl/workbook.bin"), ".xlsb"),
        (other_archive("content.xml"), "OpenDocument"),
        (other_archive("a.txt"), "an archive of something else"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an old workbook (.xls)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"%PDF-1.7", "a PDF file"),
        (b"PK\x03\x04 and then nothing", "cannot be read"),
    ],
)
def test_other_files_are_named(evidence: Evidence, data: bytes, says: str) -> None:
    assert says in refused(data, evidence)


def test_an_encrypted_part_is_refused(evidence: Evidence) -> None:
    data = bytearray(workbook(GOOD))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "encrypted" in refused(bytes(data), evidence)


@pytest.mark.parametrize("name", ["openpyxl.xlsx", "xlsxwriter.xlsx"])
def test_workbooks_of_other_programs(evidence: Evidence, name: str) -> None:
    data = (Path(__file__).parent / "workbooks" / name).read_bytes()
    first, second = read(data, evidence).items
    assert (first.name, first.form, first.quantity) == ("Rotor magnet", "ndfeb-magnet", 12.5)
    assert (first.sole_source, first.stock_months, first.value) == (True, 1.5, 900000)
    assert (second.form, second.value, second.stock_months) == ("traction-motor", None, None)
