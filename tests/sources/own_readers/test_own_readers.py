"""An own reader is a function on the soup of a page; whatever it does wrong is the reading's reason."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from detente.records import Document, PageKind, PlanPrice, Reading, ReadStatus
from sources import own_readers, readers

PAGE = b"""<html lang="en"><script>var tiers = {"Solo": "12.50"}</script>
<div class=tier><b>Solo</b><i>$12.50 <s>now</s></i> monthly</div>
<div class=tier><b>Crew</b><i data-yearly="1,250">$125</i> monthly</div></html>"""
HEAD = "from decimal import Decimal\nfrom detente.records import *\nimport datetime\n\n"


def written(folder: Path, code: str, name: str = "tiers") -> own_readers.OwnReader:
    (folder / "readers").mkdir(exist_ok=True)
    (folder / "readers" / f"{name}.py").write_text(HEAD + code, encoding="utf-8")
    return own_readers.own_reader(folder, name)


def read(folder: Path, code: str, kind: PageKind = "pricing", body: bytes = PAGE) -> Reading:
    return readers.read(kind, Document(body=body, url="https://globex.example/tiers"), written(folder, code))


def given(folder: Path, observation: str, kind: PageKind = "pricing", body: bytes = PAGE) -> Reading:
    return read(folder, f"def read(soup):\n    yield {observation}\n", kind, body)


def test_what_it_yields_is_the_reading_under_its_own_name(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "def read(soup):\n"
        "    for tier in soup.select('.tier'):\n"
        "        text = tier.i.get_text()\n"
        "        yield PlanPrice(plan=tier.b.get_text(), amount=Decimal(text.split()[0].strip('$')), text=text)\n",
    )

    assert (reading.reader, reading.status, reading.how) == ("tiers", ReadStatus.READ, "readers/tiers.py")
    assert [(p.plan, p.amount) for p in reading.observations if isinstance(p, PlanPrice)] == [
        ("Solo", Decimal("12.50")), ("Crew", Decimal(125))
    ]  # fmt: skip


def test_a_second_parameter_is_given_the_document(tmp_path: Path) -> None:
    code = "def read(soup, document):\n    yield PageText(block='Solo', heading=document.url)\n"

    (block,) = read(tmp_path, code, "page").observations

    assert block.heading == "https://globex.example/tiers"


def test_a_list_will_do_and_nothing_is_an_empty_page(tmp_path: Path) -> None:
    assert read(tmp_path, "def read(soup):\n    return [PageText(block='Solo')]\n", "page").status == ReadStatus.READ

    nothing = read(tmp_path, "def read(soup):\n    pass\n")

    assert (nothing.status, nothing.reason) == (ReadStatus.EMPTY, "readers/tiers.py found nothing on the page")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def reed(soup): ...\n", "readers/tiers.py: no function read(soup); a reader is"),
        ("def read(soup)\n    pass\n", "readers/tiers.py:5: not valid Python: expected ':'"),
        ("import gone_for_good\n", "readers/tiers.py:5: ModuleNotFoundError: No module named 'gone_for_good'"),
        ("raise SystemExit(3)\n", "readers/tiers.py:5: SystemExit: 3, while it was loaded"),
        (
            "def read(soup):\n    return [soup.select_one('.gone').text]\n",
            "readers/tiers.py:6: AttributeError: 'NoneType' object has no attribute 'text', on https://globex.example",
        ),
        (
            "def read(soup):\n    yield PageText(block='Solo')\n    soup.select('div..x')\n",
            "readers/tiers.py:7: Selector",
        ),
        ("def read(soup):\n    return 5\n", "TypeError: 'int' object is not iterable"),
        ("def read():\n    return []\n", "TypeError: read() takes 0 positional arguments but 1 was given"),
        ("def read(soup):\n    return read(soup)\n", "readers/tiers.py:6: RecursionError"),
    ],
)
def test_a_fault_of_the_code_is_a_reason_with_its_line_and_no_error(tmp_path: Path, code: str, reason: str) -> None:
    reading = read(tmp_path, code, "page")

    assert reading.status == ReadStatus.NOT_PARSED
    assert reason in reading.reason
    assert reading.observations == ()


def test_a_reader_that_is_not_there_is_a_reason_with_the_nearest_name(tmp_path: Path) -> None:
    written(tmp_path, "def read(soup): ...\n")

    reading = own_readers.own_reader(tmp_path, "tier").read("page", Document(body=PAGE, url="https://globex.example/"))

    assert reading.reason == "no reader 'tier' in readers/ or among the installed plugins; did you mean 'tiers'?"


@pytest.mark.parametrize(
    ("kind", "observation", "reason"),
    [
        ("pricing", "'Solo'", "observation 1 is a str, not a PlanPrice or PlanFeature of detente.records"),
        (
            "pricing",
            "PageText(block='Solo')",
            "a PageText, but a page of kind 'pricing' takes PlanPrice and PlanFeature",
        ),
        ("page", "PlanPrice(plan='Solo', text='Solo')", "a PlanPrice, but a page of kind 'page' takes PageText"),
        (
            "pricing",
            "PlanPrice(plan='Solo', period='fortnight', text='Solo')",
            "field 'period': input should be 'hour'",
        ),
        (
            "pricing",
            "PlanPrice(plan='Solo', amount='a lot', text='Solo')",
            "field 'amount': input should be a valid decimal",
        ),
        ("pricing", "PlanPrice(plan=soup.b, text='Solo')", "field 'plan': input should be a valid string"),
        ("release_notes", "ReleaseEntry(version='1', published_on=datetime.datetime(2026, 1, 2, 3))", "'published_on'"),
    ],
)
def test_a_value_that_is_no_record_of_the_pages_kind_stops_the_reading(
    tmp_path: Path, kind: PageKind, observation: str, reason: str
) -> None:
    reading = given(tmp_path, observation, kind)

    assert reading.status == ReadStatus.NOT_PARSED
    assert reason in reading.reason


@pytest.mark.parametrize(
    ("kind", "observation", "why"),
    [
        (
            "pricing",
            "PlanPrice(plan='Solo', amount=12, text='$12.50')",
            "price of 'Solo': the amount 12 does not occur",
        ),
        ("pricing", "PlanPrice(plan='Solo', amount=49, text='$49')", "the text '$49' does not occur in the page"),
        ("pricing", "PlanPrice(plan='Solo', text='')", "no text"),
        ("pricing", "PlanPrice(plan='', text='Solo')", "no plan"),
        ("pricing", "PlanPrice(plan='Solo', currency='$', text='Solo')", "currency '$' is no ISO 4217 code"),
        ("pricing", "PlanPrice(plan='Solo', amount=-125, text='$125')", "amount -125 is not a usual amount"),
        ("pricing", "PlanPrice(plan='Solo', amount=Decimal('1e30'), text='$125')", "is not a usual amount"),
        (
            "pricing",
            "PlanFeature(plan='Solo', feature='SSO', text='SSO')",
            "feature 'SSO' of 'Solo': the text 'SSO' does",
        ),
        ("page", "PageText(block='Not there')", "block 'Not there': the text 'Not there' does not occur"),
        ("release_notes", "ReleaseEntry(version='9.9')", "entry '9.9': the text '9.9' does not occur"),
        (
            "release_notes",
            "ReleaseEntry(title='Solo', published_on=datetime.date(2026, 1, 2))",
            "published_on without published_text",
        ),
    ],
)
def test_what_is_not_in_the_page_is_left_out_and_said(
    tmp_path: Path, kind: PageKind, observation: str, why: str
) -> None:
    reading = given(tmp_path, observation, kind)

    assert reading.status == ReadStatus.EMPTY
    assert reading.observations == ()
    assert "1 left out: " in reading.reason
    assert why in reading.reason


@pytest.mark.parametrize(
    "observation",
    [
        "PlanPrice(plan='Solo', amount=12.5, text='$12.50 now monthly')",  # across elements, another white space
        "PlanPrice(plan='Solo', amount=12.5, text='\"Solo\": \"12.50\"', basis='inline_js')",  # of a script
        "PlanPrice(plan='Crew', amount=1250, text='1,250')",  # of an attribute
    ],
)
def test_words_of_elements_scripts_and_attributes_are_words_of_the_page(tmp_path: Path, observation: str) -> None:
    assert given(tmp_path, observation).status == ReadStatus.READ


def test_a_soup_that_was_taken_apart_leaves_the_page_whole(tmp_path: Path) -> None:
    code = "def read(soup):\n    text = soup.b.get_text()\n    soup.clear()\n    yield PageText(block=text)\n"

    assert read(tmp_path, code, "page").status == ReadStatus.READ


@pytest.mark.parametrize(
    ("amount", "text", "there"),
    [
        ("1234.5", "1.234,50 €", True),
        ("1234.5", "CHF 1'234.50", True),
        ("49", "$49.00 / 3 users", True),
        ("3", "$49.00 / 3 users", True),
        ("4", "$49", False),
        ("900", "$49.00", False),
        ("1200", "1 200 kr", True),
        ("49", "forty-nine dollars", False),
    ],
)
def test_an_amount_occurs_where_a_number_of_its_value_stands(amount: str, text: str, there: bool) -> None:
    from sources.own_facts import occurs  # noqa: PLC0415

    assert occurs(Decimal(amount), text) is there


def test_observations_without_end_are_cut_and_said(tmp_path: Path) -> None:
    code = "def read(soup):\n    while True:\n        yield PageText(block='Solo')\n"

    reading = read(tmp_path, code, "page")

    assert len(reading.observations) == 5_000
    assert reading.reason == "more than 5000 observations, the first 5000 kept"


def test_a_page_that_is_no_text_is_not_handed_to_it(tmp_path: Path) -> None:
    reading = given(tmp_path, "PageText(block='Solo')", "page", b"%PDF-1.7\x00\x01")

    assert reading.status == ReadStatus.NOT_PARSED
    assert "PDF" in reading.reason


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 200_000,
        b"<p>" + b"x" * 200_000 + b"</p>" + b"<b>" * 1_500,
        b"",
        b"\xff\xfe\x00",
        b"<![CDATA[<!DOCTYPE <! -- <!ELEMENT >",
        b"<table>" + b"<tr><td>1</td></tr>" * 20_000,
    ],
)
def test_a_hostile_page_is_an_outcome_with_a_reason(tmp_path: Path, body: bytes) -> None:
    reading = read(tmp_path, "def read(soup):\n    return [PageText(block=soup.b.text)]\n", "page", body)

    assert reading.status != ReadStatus.READ
    assert reading.reason


def test_its_version_is_that_of_its_code(tmp_path: Path) -> None:
    first = written(tmp_path, "def read(soup): ...\n")
    again = written(tmp_path, "def read(soup): ...\n")
    changed = written(tmp_path, "def read(soup): ...  # better\n")
    other = written(tmp_path, "def read(soup): ...\n", "others")

    assert first.version == again.version
    assert len({first.version, changed.version, other.version}) == 3
    assert all(2**30 <= one.version < 2**31 for one in (first, changed, other))


def test_loading_leaves_the_path_and_the_modules_of_others_alone(tmp_path: Path) -> None:
    path, modules = list(sys.path), set(sys.modules)
    code = "from dataclasses import dataclass\n@dataclass\nclass Tier:\n    name: 'str'\ndef read(soup): ...\n"

    assert written(tmp_path, code, "json").fault == ""

    assert sys.path == path
    assert all(name.startswith("detente_own_reader_json_") for name in set(sys.modules) - modules)
    assert list((tmp_path / "readers").iterdir()) == [tmp_path / "readers" / "json.py"]


def test_an_installed_package_brings_readers_by_its_entry_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "tiers_plugin-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiers-plugin\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(
        "[detente.readers]\nby-module = tiers_plugin\nby-function = tiers_plugin:read\nbroken = tiers_plugin:gone\n"
    )
    (tmp_path / "tiers_plugin.py").write_text(HEAD + "def read(soup):\n    yield PageText(block='Solo')\n")
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "readers").mkdir()

    found = own_readers.find(tmp_path)

    document = Document(body=PAGE, url="https://globex.example/tiers")
    assert set(found) == {"by-module", "by-function", "broken"}
    assert found["by-module"].read("page", document).status == ReadStatus.READ
    assert found["by-function"].read("page", document).how == "plugin tiers-plugin 1.2"
    assert "tiers_plugin:gone cannot be loaded: AttributeError" in found["broken"].read("page", document).reason
    written(tmp_path, "def read(soup): ...\n", "by-module")
    assert own_readers.find(tmp_path)["by-module"].origin == "readers/by-module.py"
