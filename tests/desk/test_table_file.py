"""Every folder in `cases/tables` holds a table and what is to be read from it; workbooks are made here."""

from __future__ import annotations

import contextlib
import tomllib
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_
from hypothesis import strategies as st
from openpyxl import Workbook

from desk.reading.table_file import MAX_ROWS, read_table
from detente.errors import SubmissionError, UsageError
from detente.workspace import Competitor

CASES = sorted((Path(__file__).parent / "cases" / "tables").iterdir())
# a workbook knows no zones
CHRISTMAS = datetime(2026, 12, 24)  # noqa: DTZ001
KNOWN = (Competitor(slug="globex", name="Globex", aliases=("Globex Inc",), domains=(), pages=()),)


def given(row, *, with_id=False):
    without = set() if with_id else {"sighting_id"}
    return row.submission.model_dump(exclude_defaults=True, exclude=without) if row.submission else {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_table_is_read_as_its_case_says(case):
    (path,) = case.glob("table.*")
    expected = tomllib.loads((case / "expected.toml").read_text(encoding="utf-8"))
    if "refused" in expected:
        with pytest.raises(SubmissionError) as refusal:
            read_table(path, KNOWN)
        assert expected["refused"] in str(refusal.value)
        return

    table = read_table(path, KNOWN)

    assert [row["number"] for row in expected["rows"]] == [row.number for row in table.rows]
    for wanted, row in zip(expected["rows"], table.rows, strict=True):
        fields = wanted.get("fields", {})
        assert fields == given(row, with_id="sighting_id" in fields)
        assert wanted.get("reporter", "") == row.reporter
        assert sorted(wanted.get("faults", {})) == sorted(row.faults)
        assert all(fault in row.faults[name] for name, fault in wanted.get("faults", {}).items())
    notes = expected.get("notes", [])
    assert len(notes) == len(table.notes)
    assert all(wanted in note for wanted, note in zip(notes, table.notes, strict=True))


def ids(path, reporter=""):
    return [row.submission.sighting_id for row in read_table(path, KNOWN, reporter).rows]


def test_the_same_rows_have_the_same_ids_wherever_they_stand(tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("text,source,area\nx,public,\ny,public,\n")
    second.write_text("source,text\npublic,y\npublic,x\n")

    assert ids(first) == ids(second)[::-1]
    assert ids(first) != ids(first, "bo@acme-sales.test")


def test_a_workbook_is_read_as_a_person_sees_it(tmp_path):
    path = tmp_path / "sightings.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.append(["What happened?", "Competitor", "Source", "Deal size", "Close date", "Date", "May a PM call?"])
    sheet.append(["Team is 49", "Globex Inc", "public", 120000.0, CHRISTMAS, date(2026, 11, 2), True])
    sheet.append([])
    sheet.append(["  ", None])
    sheet.append([49, None, None, 1.5])
    book.create_sheet("notes")
    book.save(path)

    table = read_table(path, KNOWN)

    assert [row.number for row in table.rows] == [2, 5]
    assert given(table.rows[0]) == {
        "text": "Team is 49",
        "competitor": "globex",
        "source": "public",
        "deal_amount": "120000",
        "close_on": date(2026, 12, 24),
        "happened_on": date(2026, 11, 2),
        "may_call": True,
    }
    assert given(table.rows[1]) == {"text": "49", "deal_amount": "1.5"}
    assert table.notes == ("only the first of its 2 sheets is read",)


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def workbook(path, data, prolog="", **more):
    """A workbook of raw XML: what no library would write."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in PARTS.items():
            packed.writestr(name, body)
        packed.writestr("xl/worksheets/sheet1.xml", prolog + SHEET.format(f"<sheetData>{data}</sheetData>"))
        for name, body in more.items():
            packed.writestr(name, body)
    return path


def row(number, *cells):
    return f'<row r="{number}">{"".join(cells)}</row>'


def text(place, words):
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


HEAD = row(1, text("A1", "text"), text("B1", "customer"))


def test_a_formula_is_its_last_result_and_never_worked_out(tmp_path):
    cells = (
        row(2, '<c r="A2" t="str"><f>"a"&amp;"b"</f><v>as it was saved</v></c>'),
        row(3, '<c r="A3"><f>WEBSERVICE("http://evil.test")</f></c>'),
        row(4, '<c r="A4" t="e"><f>1/0</f><v>#DIV/0!</v></c>', text("B4", "x")),
    )

    rows = read_table(workbook(tmp_path / "f.xlsx", HEAD + "".join(cells)), KNOWN).rows

    assert given(rows[0]) == {"text": "as it was saved"}
    assert "formula without its result" in rows[1].faults["text"]
    assert "#DIV/0!" in rows[2].faults["text"]


def refusal(path):
    with pytest.raises(SubmissionError) as refused:
        read_table(path, KNOWN)
    return str(refused.value)


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_a_gigabyte_is_refused_and_this_process_stays_small(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/sharedStrings.xml", "w") as part:
        for _ in range(1_000):
            part.write(b"\0" * 1_000_000)

    assert path.stat().st_size < 2_000_000
    assert "unpacks to 1,000 MB" in refusal(path)


@pytest.mark.slow
def test_a_workbook_that_takes_too_long_ends_its_own_process_alone(tmp_path):
    # 49 MB of shared strings: less than may be unpacked, more than can be read in time
    words = "<si><t>x</t></si>" * 2_900_000
    more = {
        "xl/sharedStrings.xml": f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{words}</sst>'
    }
    types = PARTS["[Content_Types].xml"].replace(
        "</Types>",
        '<Override PartName="/xl/sharedStrings.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    path = tmp_path / "strings.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in (PARTS | {"[Content_Types].xml": types} | more).items():
            packed.writestr(name, body)
        packed.writestr("xl/worksheets/sheet1.xml", SHEET.format(f"<sheetData>{HEAD}</sheetData>"))

    assert "save the rows as CSV" in refusal(path)


def test_entities_in_a_workbook_name_no_file_and_do_not_multiply(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary")
    outside = workbook(
        tmp_path / "x.xlsx",
        HEAD + row(2, text("A2", "&file;")),
        f'<!DOCTYPE x [<!ENTITY file SYSTEM "{secret.as_uri()}">]>',
    )
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    billion = workbook(
        tmp_path / "y.xlsx", HEAD + row(2, text("A2", "&l9;")), f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    )

    for path in (outside, billion):
        try:
            shown = repr(read_table(path, KNOWN).rows)
        except SubmissionError as refused:
            shown = str(refused)
        assert "canary" not in shown
        assert len(shown) < 10_000


def test_a_cell_in_the_last_row_of_a_sheet_is_refused(tmp_path):
    path = workbook(tmp_path / "far.xlsx", HEAD + row(1_048_576, text("A1048576", "far")))

    assert "cells below row" in refusal(path)


def test_more_rows_than_the_limit_are_refused(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("text\n" + "x\n" * (MAX_ROWS + 1))

    assert "the limit; split it" in refusal(path)


def test_a_file_of_another_kind_and_a_missing_file_are_told(tmp_path):
    with pytest.raises(UsageError, match=r"tables end in \.csv or \.xlsx"):
        read_table(tmp_path / "a.ods", KNOWN)
    with pytest.raises(UsageError, match="no such file"):
        read_table(tmp_path / "a.csv", KNOWN)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_(body=st.binary(max_size=80) | st.text(alphabet='text,source;\t\n\r"x=\x00\u2028é', max_size=80).map(str.encode))
def test_whatever_a_csv_holds_it_is_read_or_refused(tmp_path, body):
    path = tmp_path / "any.csv"
    path.write_bytes(b"text,source\n" + body)

    with contextlib.suppress(SubmissionError):
        assert all(row.submission or row.faults for row in read_table(path, KNOWN).rows)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_(
    cuts=st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 40), st.binary(max_size=20)), min_size=1, max_size=3)
)
def test_a_damaged_workbook_is_read_or_refused(tmp_path, cuts):
    path = workbook(tmp_path / "any.xlsx", HEAD + row(2, text("A2", "hello")))
    raw = path.read_bytes()
    for start, length, piece in cuts:
        raw = raw[:start] + piece + raw[start + length :]
    path.write_bytes(raw)

    with contextlib.suppress(SubmissionError):
        read_table(path, KNOWN)
