"""Reads any page as blocks of its main text, leaving out what differs from one visit to the next."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from detente.errors import ReaderError
from detente.records import Document, PageText, Reading, ReadStatus
from sources.blocks import Block, blocks_of, too_many
from sources.document import clean_lines, clean_text, decode, media_kind
from sources.markup import bounded
from sources.near_selectors import nearest_selectors

__all__ = ["MAX_BLOCK", "MAX_BLOCKS", "VERSION", "read", "to_json"]

VERSION = 2
MAX_BLOCKS = 2_000
MAX_PARAGRAPHS = 50_000
"""Parts of a plain text between blank lines; what comes after is one more."""

MAX_BLOCK = 2_000
"""Characters of a block that are kept."""

# What is put there for one visitor, one moment or one arm of an experiment.
_FOR_THE_MOMENT = ", ".join(
    (
        "[role=alert]",
        "[role=status]",
        "[role=timer]",
        "[role=marquee]",
        "[aria-live=polite]",
        "[aria-live=assertive]",
        "[data-experiment]",
        "[data-ab-test]",
        "[data-ab]",
        "[data-variant]",
        "[class*=experiment i]",
        "[class*=ab-test i]",
        "[class*=announcement i]",
        "[role=region][aria-label*=announcement i]",
        "[class*=promo-b i]",
        "[class*=countdown i]",
        "[class*=csrf i]",
        "body button:not(h1 button):not(h2 button):not(h3 button):not(h4 button):not(summary button)",
    )
)
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|janv|févr|avr|juin|juil|août|déc)[a-zäéû]*\.?"
)
_DAY = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?[ -]{_MONTH},?[ -]\d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)
_ZONE = r"(?:UTC|GMT|CES?T|[ECMP][SD]T|Z\b|[+-]\d\d:?\d\d)"
_CLOCK = rf"(?:T|at |um |à )?\d{{1,2}}:\d\d(?::\d\d)?(?:\.\d+)?\s*(?:[ap]\.?m\.?)?\s*{_ZONE}?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
_MOMENT = rf"{_WEEKDAY}(?:{_DAY}(?:[,T ]*{_CLOCK})?|{_CLOCK}(?:[, ]*{_DAY})?)"
_AGO = (
    r"(?:(?:about |over |less than )?(?:a|an|one|\d+) (?:second|minute|hour|day|week|month|year)s? ago"
    r"|just now|moments ago|today|yesterday)"
)
_COUNT = r"(?:\d[\d.,\s]{0,20}\d|\d)[kKmM]?\+?"
_UNTIL = r"\d{1,3}(?:\s*[dhms:]\s*\d{1,2}){1,3}\s*[dhms]?"
_NOT_MONEY = r"[^\w%$€£¥₹+-]*"
# A sentence or a line that tells when the page was made.
_STAMP = re.compile(
    r"(?:\(|\b)(?:(?:page |content |prices? |data )?(?:was )?"
    r"(?:last )?(?:updated|modified|refreshed|generated|rendered|reviewed|checked|cached|synced|as of)"
    r"|zuletzt aktualisiert|stand|mis à jour|dernière mise à jour|server time|local time|current time)"
    rf"\s*(?:on|at|am|le|in)?\s*:?\s*(?:{_MOMENT}|{_AGO})\)?\.?",
    re.I,
)
_ONLY = re.compile(rf"{_NOT_MONEY}(?:{_MOMENT}|{_AGO}|{_COUNT}|{_UNTIL}){_NOT_MONEY}", re.I)
_TOKEN = re.compile(
    r"\W*(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,}|(?=\D*\d)(?=[^a-z]*[a-z])[a-z0-9_+=]{20,})\W*",
    re.I,
)
_LABELLED_TOKEN = re.compile(
    r".{0,30}\b(?:(?:request|session|trace|ray|visitor|correlation|reference|build|deploy\w*|transaction|client|csrf)"
    r"(?:[ _-]?(?:id|token|key|no|number|hash|code))?|(?:page|user)[ _-]?(?:id|token)|nonce|token)"
    r"\s*[:#=]?\s*(?=\S*\d)[\w+/=.-]{5,}\W*",
    re.I,
)
_PEOPLE = r"(?:people|persons?|users?|visitors?|customers?|teams|others|members|guests|shoppers|leute|besucher)"
_AT_THIS_MOMENT = (
    r"(?:viewing|online|watching|looking|browsing|reading|bought|booked|right now|here now|this (?:page|minute|hour)"
    r"|today|ansehen|gerade)"
)
_CROWD = re.compile(
    rf".{{0,40}}{_COUNT}\s+(?:other\s+)?{_PEOPLE}\b.{{0,30}}\b{_AT_THIS_MOMENT}.{{0,40}}"
    rf"|{_COUNT}\s+(?:views?|reads?|likes?|shares?|comments?|claps?|stars?)\W*"
    r"|(?:only|nur|just) \d+ (?:left|remaining|seats? left|spots? left|übrig).{0,40}"
    rf"|.{{0,40}}\b(?:ends?|expires?|starts?|closing|endet) in:?\s*{_UNTIL}.{{0,30}}",
    re.I,
)
_COPYRIGHT = re.compile(r"\W*(?:©|copyright\b|\(c\)).{0,150}", re.I | re.S)
# Without a digit or one of these, a text tells neither a moment nor a count.
_TELLING = re.compile(r"\d|[Tt]oday|[Yy]esterday|[ t] now|[ts] ago|©|[Cc]opyright")
_WORD = re.compile(r"\w")
_BLANK_LINE = re.compile(r"\n\s*\n")
_SHORT = 160


def read(document: Document) -> Reading:
    """The main text of a page as blocks, in document order, each once.

    Navigation, footers, cookie banners, forms, scripts and hidden parts are left out. So is what one document alone
    tells to be of the moment: blocks that are only a time, a counter or a token, "last updated" lines, "37 people are
    viewing", countdowns, marked experiments. What rotates without saying so (testimonials) stays.

    Selectors that a page may set: `main` (only inside the first match) and `drop` (left out).

    Raises:
        ReaderError: The document is not text, too long, or a selector is no CSS or matches nothing.
    """
    text = decode(document)
    kind = media_kind(text, content_type=document.content_type)
    cut = ""
    if kind in ("html", "xml"):
        html, cut = bounded(text)
        blocks = _selected(LexborHTMLParser(html), document)
        cut = cut or too_many(blocks)
    else:
        blocks = [
            Block(tag="p", text=clean_text(part), place=f"paragraph {number}")
            for number, part in enumerate(_BLANK_LINE.split(clean_lines(text), MAX_PARAGRAPHS), 1)
        ]
    return _reading(_kept(blocks), kind, cut)


def to_json(reading: Reading) -> dict[str, object]:
    """What `detente extract page --json` prints."""
    return {
        "reader": reading.reader,
        "reader_version": reading.version,
        "status": reading.status.value,
        "reason": reading.reason,
        "how": reading.how,
        "blocks": [
            {"block": each.block, "heading": each.heading, "place": each.place}
            for each in reading.observations
            if isinstance(each, PageText)
        ],
    }


def settled(text: str) -> str:
    """A block's text without what tells only the moment; empty where nothing else is in it."""
    if not _TELLING.search(text):
        return text if _WORD.search(text) else ""
    text = " ".join(_STAMP.sub(" ", text).split())
    if len(text) > _SHORT:
        return text
    for pattern in (_ONLY, _TOKEN, _LABELLED_TOKEN, _CROWD, _COPYRIGHT):
        if pattern.fullmatch(text):
            return ""
    return text if _WORD.search(text) else ""


def _selected(tree: LexborHTMLParser, document: Document) -> list[Block]:
    drop = document.selectors.get("drop", "")
    main = document.selectors.get("main", "")
    try:
        if drop:
            tree.css(drop)
        root: LexborNode | None = tree.css_first(main) if main else None
    except (SelectolaxError, ValueError) as error:
        raise ReaderError(f"{document.url}: a selector of this page is no CSS: {main or drop!r}: {error}") from error
    if not main:
        root = _marked_main(tree)
    elif root is None:
        near = ", ".join(map(str, nearest_selectors(tree, main)))
        would = f"; nearest that would: {near}" if near else ""
        raise ReaderError(
            f"{document.url}: the selector {main!r} matches nothing; mend it in the competitor's file{would}"
        )
    without = f"{_FOR_THE_MOMENT}, {drop}" if drop else _FOR_THE_MOMENT
    return blocks_of(tree, root=root, without=without)


def _marked_main(tree: LexborHTMLParser) -> LexborNode | None:
    """The element that the page itself marks as its main part; None where it marks none, several, or an empty shell."""
    marked = tree.css("main, [role=main]")
    if len(marked) == 1 and len(marked[0].text(strip=True)) >= _SHORT:
        return marked[0]
    return None


def _kept(blocks: list[Block]) -> list[PageText]:
    kept: dict[tuple[str, str], PageText] = {}
    heading = ""
    for block in blocks:
        text = settled(block.text[: 2 * MAX_BLOCK])
        if block.level is not None:
            heading = text[:MAX_BLOCK]
        if text:
            key = (text[:MAX_BLOCK], "" if block.level is not None else heading)
            kept.setdefault(key, PageText(block=key[0], heading=key[1], place=block.place))
    return list(kept.values())


def _reading(kept: list[PageText], how: str, cut_because: str) -> Reading:
    notes = [cut_because] if cut_because else []
    if len(kept) > MAX_BLOCKS:
        notes.append(f"{len(kept)} blocks, the first {MAX_BLOCKS} kept")
    cut = sum(1 for each in kept[:MAX_BLOCKS] if len(each.block) == MAX_BLOCK)
    if cut:
        notes.append(f"{cut} blocks cut at {MAX_BLOCK} characters")
    if not kept:
        notes.append("no text but navigation and what changes with every visit")
    return Reading(
        reader="page",
        version=VERSION,
        status=ReadStatus.READ if kept else ReadStatus.EMPTY,
        reason="; ".join(notes),
        observations=tuple(kept[:MAX_BLOCKS]),
        how=how,
    )
