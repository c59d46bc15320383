"""Bytes become text in a documented order, and what is no text is refused whatever it calls itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import ReaderError
from detente.records import Document, ReadStatus
from sources import readers
from sources.document import MAX_TEXT, clean_lines, clean_text, decode, safe_link, sniff

URL = "https://acornfield.test/prices/"
EURO = "Ab 49 € – größer, schöner „déjà vu“"

CYRILLIC = "Цена за каждый месяц для всей команды"
POLISH = "Każdy użytkownik może wybrać swój własny plan, który kosztuje pięćdziesiąt złotych miesięcznie"
JAPANESE = "月額千円で、すべての機能が使えます。"

CHARSETS = {
    "a byte order mark beats the header": (EURO.encode("utf-8-sig"), "text/html; charset=iso-8859-1", EURO),
    "UTF-16 by its byte order mark": (EURO.encode("utf-16"), "text/html", EURO),
    "the header is believed": (EURO.encode("utf-8"), "text/html; charset=UTF-8", EURO),
    "the header beats the meta element": (
        b'<meta charset="koi8-r">' + EURO.encode("utf-8"),
        'text/html;charset="utf-8"',
        '<meta charset="koi8-r">' + EURO,
    ),
    "a header that the bytes contradict is passed over for the meta element": (
        b'<meta charset="windows-1252">' + EURO.encode("cp1252"),
        "text/html; charset=utf-8",
        '<meta charset="windows-1252">' + EURO,
    ),
    "header says utf-8, bytes are cp1252, nothing else tells": (
        EURO.encode("cp1252"),
        "text/html; charset=utf-8",
        EURO,
    ),
    "latin-1 is read as browsers do": (b"<p>\x80 49</p>", "text/html; charset=ISO-8859-1", "<p>€ 49</p>"),
    "an XML declaration": (
        '<?xml version="1.0" encoding="windows-1251"?><rss>Цена</rss>'.encode("cp1251"),
        None,
        '<?xml version="1.0" encoding="windows-1251"?><rss>Цена</rss>',
    ),
    "no charset: UTF-8 where it fits": (EURO.encode("utf-8"), None, EURO),
    "no charset: guessed as Cyrillic": (CYRILLIC.encode("cp1251"), "text/html", CYRILLIC),
    "no charset: guessed as Central European": (POLISH.encode("cp1250"), "text/html", POLISH),
    "no charset: guessed as Japanese": (JAPANESE.encode("cp932"), "text/html", JAPANESE),
    "an unknown charset is passed over": (EURO.encode("utf-8"), "text/html; charset=klingon", EURO),
    "UTF-7 is not spoken": (b"+ADw-script+AD4-", "text/html; charset=utf-7", "+ADw-script+AD4-"),
    "a meta element cannot make it UTF-16": (b'<meta charset="utf-16">\xc3\xa9', None, '<meta charset="utf-16">é'),
    "one broken byte does not spoil the page": (
        EURO.encode("utf-8") + b"\xff",
        "text/html; charset=utf-8",
        EURO + "\ufffd",
    ),
}


@pytest.mark.parametrize("rule", CHARSETS)
def test_charsets(rule: str) -> None:
    body, content_type, expected = CHARSETS[rule]
    assert decode(Document(body=body, url=URL, content_type=content_type)) == expected


BINARIES = {
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "a PDF after a line": b"\r\n%PDF-1.4\n",
    "a zip": b"PK\x03\x04\x14\x00\x06\x00",
    "a program for Windows": b"MZ\x90\x00\x03\x00\x00\x00",
    "a program for Linux": b"\x7fELF\x02\x01\x01",
    "a PNG": b"\x89PNG\r\n\x1a\n\x00\x00",
    "a JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a GIF": b"GIF89a\x01\x00",
    "a WebP": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "gzip": b"\x1f\x8b\x08\x00",
    "an old Office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a video": b"\x00\x00\x00\x18ftypmp42",
    "a font": b"wOF2\x00\x01\x00\x00",
    "a database": b"SQLite format 3\x00",
    "a tar archive": b"a" * 257 + b"ustar\x0000",
    "anything else": bytes(range(256)) * 8,
}


@pytest.mark.parametrize("what", BINARIES)
@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", None])
def test_what_is_no_text_is_refused_whatever_its_content_type(what: str, content_type: str | None) -> None:
    with pytest.raises(ReaderError, match=r"^not parsed: https://acornfield\.test/prices/ is a"):
        decode(Document(body=BINARIES[what], url=URL, content_type=content_type))


@pytest.mark.parametrize("kind", ["release_notes", "page"])
def test_a_pdf_is_an_outcome_with_a_reason_and_not_an_error(kind: str) -> None:
    reading = readers.read(kind, Document(body=BINARIES["a PDF"], url=URL, content_type="text/html"))
    assert reading.status is ReadStatus.NOT_PARSED
    assert "a PDF" in reading.reason
    assert reading.observations == ()


def test_text_with_a_wrong_content_type_is_read() -> None:
    document = Document(body=b"<!doctype html><h1>Prices</h1>", url=URL, content_type="image/png")
    assert sniff(document) == "html"


def test_words_that_look_like_magic_stay_text() -> None:
    for text in ("MZ is a postcode", "BM 12 and BM 13", "PKs and FKs", "II. Chapter"):
        assert decode(Document(body=text.encode(), url=URL)) == text


def test_more_than_five_megabytes_of_text_are_refused() -> None:
    assert len(decode(Document(body=b"x" * MAX_TEXT, url=URL))) == MAX_TEXT
    with pytest.raises(ReaderError, match="over the 5 MB of text"):
        decode(Document(body=b"x" * (MAX_TEXT + 1), url=URL))


KINDS = {
    "html": [
        "<!doctype html><p>x",
        " \n<HTML>",
        "<!-- c --><div>x</div>",
        "<?xml version='1.0'?><!DOCTYPE html><html/>",
    ],
    "rss": ["<?xml version='1.0'?><!-- x --><rss version='2.0'>", "\ufeff<rss>", '<rdf:RDF xmlns:rdf="x">'],
    "atom": ["<?xml version='1.0'?><?xml-stylesheet href='x'?><feed xmlns='http://www.w3.org/2005/Atom'>"],
    "xml": ["<?xml version='1.0'?><sitemap/>"],
    "json": ['{"a": 1}', '[{"a": 1}]', "{}"],
    "json_feed": ['{"version": "https://jsonfeed.org/version/1.1"}'],
    "markdown": ["# Title\n\ntext", "Title\n=====\n", "see [this](https://x.test)", "[1.0] - first\n\n- a"],
    "text": ["Just words.", "[brackets] first"],
    "empty": ["", " \n\t"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_is_told_by_the_content(kind: str) -> None:
    for text in KINDS[kind]:
        assert sniff(Document(body=text.encode(), url=URL, content_type="application/octet-stream")) == kind


LINKS = {
    "/a?b=1&c=2#d": "https://acornfield.test/a?b=1&c=2#d",
    "sub page": "https://acornfield.test/prices/sub%20page",
    "//cdn.test/x": "https://cdn.test/x",
    "HTTPS://Example.test/Ü": "https://Example.test/%C3%9C",
    'x"onmouseover="alert(1)': "https://acornfield.test/prices/x%22onmouseover=%22alert(1)",
    "javascript:alert(1)": None,
    " \x01JaVa\nScript:alert(1)": None,
    "data:text/html,<script>": None,
    "vbscript:x": None,
    "file:///etc/passwd": None,
    "mailto:a@b.test": None,
    "https://user:pass@evil.test/": None,
    "https://bank.test@evil.test/": None,
    "\\\\evil.test\\x": None,
    "http://[::1": None,
    "http://x.test:99999/": None,
    "https://": URL,
    "http://ev\u202eil.test/": None,
    "": None,
    None: None,
    "a" * 3000: None,
}


@pytest.mark.parametrize("href", LINKS, ids=repr)
def test_only_absolute_web_addresses_become_links(href: str | None) -> None:
    assert safe_link(href, URL) == LINKS[href]


def test_what_cannot_be_seen_is_shown_or_dropped() -> None:
    assert (
        clean_text("a\u202eb\x00c\x07 \u200bd\ud800\r\n e\xa0f👨\u200d👩")
        == "a⟨U+202E⟩b\ufffdc⟨U+0007⟩ d\ufffd e f👨\u200d👩"
    )
    assert clean_lines("\n a \r\n\r\n\x0b\nb\u2028c\n\n") == "a\n\nb\nc"


HARD = st.text(
    alphabet=st.one_of(
        st.sampled_from("\x00\x07\x1b\x7f\x85\x9b\u202a\u202e\u2066\u2069\u200b\u200d\u200e\u2028\ufeff\ud800\udfff"),
        st.sampled_from("<>&;#-=*[]().\n\r\t "),
        st.characters(),
    ),
    max_size=400,
)


# Format characters that belong to a script (Arabic number signs, hieroglyph joiners) are letters of a kind.
INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def visible(text: str) -> bool:
    return not INVISIBLE.search(text)


@given(HARD)
def test_clean_text_holds_no_control_or_direction_character(text: str) -> None:
    cleaned = clean_text(text)
    assert visible(cleaned)
    assert "\n" not in cleaned
    assert cleaned == clean_text(cleaned)
    cleaned.encode("utf-8")


@given(st.binary(max_size=600))
def test_any_bytes_are_text_or_a_clear_refusal(body: bytes) -> None:
    try:
        text = decode(Document(body=body, url=URL))
    except ReaderError as error:
        text = str(error)
        refused = text.startswith("not parsed: ")
    else:
        refused = False
    assert refused or "\x00" not in text
    text.encode("utf-8")


WRAPPERS = (
    "{}",
    "# 1.0 {}\n\n- {}\n",
    "<h2>1.0 {}</h2><p>{}</p>",
    "<rss><channel><item><title>{}</title><description>{}</description><link>{}</link></item></channel></rss>",
    '{{"items": [{{"title": "{}", "content_text": "{}"}}]}}',
    "1.0\n---\n{}",
)


@pytest.mark.parametrize("kind", ["release_notes", "page"])
@given(text=HARD, wrapper=st.sampled_from(WRAPPERS))
def test_a_reader_never_raises_and_gives_only_visible_text(kind: str, text: str, wrapper: str) -> None:
    body = wrapper.replace("{}", text).encode("utf-8", "surrogatepass")
    reading = readers.read(kind, Document(body=body, url=URL))
    for observation in reading.observations:
        for name in observation.__dataclass_fields__:
            value = getattr(observation, name)
            if isinstance(value, str):
                assert visible(value), (name, value)
                value.encode("utf-8")


def test_a_line_of_a_million_characters_is_read_in_bounds() -> None:
    body = b"## 1.0.0\n\n" + b"word " * 200_000
    reading = readers.read("release_notes", Document(body=body, url=URL))
    assert [len(entry.body) for entry in reading.observations] == [20_000]
    assert "1 bodies cut at 20000 characters" in reading.reason
    page = readers.read("page", Document(body=b"<p>" + b"word " * 200_000, url=URL))
    assert [len(block.block) for block in page.observations] == [2_000]
