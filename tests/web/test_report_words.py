"""The words of the form: each answer, question and field has its own."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from bs4 import BeautifulSoup
from web_site import WebSite

from desk.accepting.gate import FOLLOW_UPS
from detente.sightings import Answer, Confidence, Motive, Source, Stage
from web.pages import STATIC
from web.report import words as report_words


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (report_words.SOURCES, Source),
        (report_words.ANSWERS, Answer),
        (report_words.STAGES, Stage),
        (report_words.MOTIVES, Motive),
        (report_words.CONFIDENCES, Confidence),
    ],
)
def test_every_answer_that_there_is_can_be_chosen(options: tuple[report_words.Option, ...], kind: Any) -> None:
    assert [one.value for one in options] == list(get_args(kind))


def test_every_question_of_the_gate_is_asked() -> None:
    assert {one.name: set(one.sources) for one in report_words.QUESTIONS} == {
        name: {source for source, asks in FOLLOW_UPS.items() if name in asks}
        for name in {name for asks in FOLLOW_UPS.values() for name in asks}
    }


def test_every_field_has_a_label(site: WebSite) -> None:
    page = BeautifulSoup(site.client("rep").get("/r/new").text, "lxml")
    for control in page.select("#report [name]:not([type=hidden])"):
        label = page.select_one(f'label[for="{control.get("id")}"]') or control.find_parent("label")
        assert label is not None, control
        assert label.text.strip(), control


def test_the_style_opens_what_each_source_asks() -> None:
    style = (STATIC / "report.css").read_text(encoding="utf-8")
    for source in FOLLOW_UPS:
        assert f"form:has(#source-{source}:checked) .for-{source}" in style


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]


def test_no_id_stands_twice_in_the_page(site: WebSite) -> None:
    reader = _Ids()
    reader.feed(site.client("rep").get("/r/new").text)
    assert len(reader.ids) == len(set(reader.ids))
