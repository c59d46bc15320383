"""Feeds are read without a request to anywhere, and XML bombs are refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from detente.records import Document, ReadStatus
from sources import readers
from sources.release_notes.feeds import xml_items


class Listener:
    """Counts the connections that are made to a loopback port."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    def _count(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(2)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


def feed(head: str, text: str) -> str:
    item = f"<item><title>1.0</title><link>https://bombsite.test/1</link><description>{text}</description></item>"
    return f"{head}<channel>{item}</channel></rss>"


BOMBS = {
    "billion laughs": feed('<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rss>', "&b;"),
    "external entity": feed('<!DOCTYPE r [<!ENTITY x SYSTEM "{url}/x">]><rss>', "&x;"),
    "file entity": feed('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>', "&x;"),
    "parameter entity": feed('<!DOCTYPE r [<!ENTITY % p SYSTEM "{url}/p"> %p;]><rss>', "x"),
    "entity after a comment": '<!-- x --><!DOCTYPE r PUBLIC "a" "b" [ <!ENTITY x "y"> ]><feed><entry/></feed>',
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", ["release_notes", "page"])
def test_a_feed_that_declares_entities_is_refused_and_asks_for_nothing(
    bomb: str, encoding: str, kind: str, listener: Listener
) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + BOMBS[bomb].replace("{url}", listener.url)
    document = Document(body=text.encode(encoding), url="https://bombsite.test/feed", content_type="application/xml")
    reading = readers.read(kind, document)
    if kind == "release_notes":
        assert reading.status is ReadStatus.NOT_PARSED
        assert "declares entities" in reading.reason
    assert "root:" not in str(reading)
    assert listener.hits == 0


XI = '<rss xmlns:xi="http://www.w3.org/2001/XInclude">'
HARMLESS = {
    "external DTD": feed('<!DOCTYPE rss SYSTEM "{url}/rss.dtd"><rss>', "text"),
    "XInclude": feed(XI, 'text<xi:include href="{url}/i" parse="text"/>'),
    "stylesheet": feed('<?xml-stylesheet type="text/xsl" href="{url}/s.xsl"?><rss>', "text"),
    "a broken feed, which the second parser reads": feed(XI, "text").replace("</rss>", '<xi:include href="{url}/i"/>'),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_a_feed_refers_to_is_never_fetched(case: str, listener: Listener) -> None:
    text = HARMLESS[case].replace("{url}", listener.url)
    reading = readers.read("release_notes", Document(body=text.encode(), url=f"{listener.url}/feed"))
    assert reading.status is ReadStatus.READ
    assert [entry.version for entry in reading.observations][:1] == ["1.0"]
    assert listener.hits == 0


def test_a_document_that_is_only_an_address_is_not_fetched(listener: Listener) -> None:
    reading = readers.read(
        "release_notes", Document(body=f"{listener.url}/feed".encode(), url="https://bombsite.test/")
    )
    assert reading.status is ReadStatus.EMPTY
    assert listener.hits == 0


def test_when_the_fast_parser_fails_the_other_reads_the_feed() -> None:
    text = "<rss><channel><item><title>1.1</title><guid>g</guid><pubDate>3 Nov 2026</pubDate></item>" * 2
    items = xml_items(text, "https://brokenpipe.test/feed")
    assert [(item.title, item.guid, item.date) for item in items][:1] == [("1.1", "g", "3 Nov 2026")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"items": [', "broken JSON"),
        ("[" * 100_000, "broken JSON|nested too deeply"),
        ("[" * 3_000 + "{" * 3_000, "broken JSON|nested too deeply"),
    ],
)
def test_json_that_cannot_be_read_is_an_outcome(text: str, reason: str) -> None:
    reading = readers.read("release_notes", Document(body=text.encode(), url="https://plainsong.test/feed.json"))
    assert reading.status is ReadStatus.NOT_PARSED
    assert any(part in reading.reason for part in reason.split("|"))


def test_json_of_another_shape_holds_no_releases() -> None:
    for text in ('{"a": NaN, "b": 1e400}', "[1, 2]", '[{"tag_name": "v1"}, 3]', "{}"):
        reading = readers.read("release_notes", Document(body=text.encode(), url="https://plainsong.test/x"))
        assert reading.status is ReadStatus.EMPTY, text


def test_no_more_than_five_thousand_entries_are_kept_and_the_reading_says_so() -> None:
    text = "# Changes\n\n" + "".join(f"## 1.0.{number}\n\n- change {number}\n\n" for number in range(5_010))
    reading = readers.read("release_notes", Document(body=text.encode(), url="https://oaken.test/changes"))
    assert len(reading.observations) == 5_000
    assert reading.reason == "5010 entries, the first 5000 kept"


def test_a_page_that_would_take_seconds_to_parse_is_refused() -> None:
    for body in (b"<p " + b"a=1 " * 50_000 + b">", b"<select>" + b"<option>" * 30_000):
        reading = readers.read("release_notes", Document(body=b"<html>" + body, url="https://deep.test/"))
        assert reading.status is ReadStatus.NOT_PARSED
