"""Finds the version that a heading names, and tells it from other numbers."""

from __future__ import annotations

import re

__all__ = ["find_version", "is_unreleased"]

_SUFFIX = (
    r"(?:[-.+~_]?(?:alpha|beta|rc|pre|preview|dev|post|final|ga|lts|snapshot|build|patch|hotfix|sp|r|p|a|b|c)"
    r"[-.]?\d*\w*|[-+~][0-9A-Za-z][\w.+~-]*|[a-z])?"
)
_DOTTED = rf"v?\d+(?:\.\d+)+(?:\.[x*])?{_SUFFIX}"
_TOKEN = rf"(?:{_DOTTED}|v\d+{_SUFFIX})"
_KEYWORD = r"(?:version|release|revision|rev\.?|build|sprint|v\.?|ver\.?|patch|hotfix|wave|milestone)"
_END = r"(?![\w.]*\d|\w|/(?!\d))"
# A heading that is the version, or begins with it.
_FIRST = re.compile(rf"^\W*({_TOKEN}){_END}", re.I)
# "Changes in Acme 14": a whole number, but of what has been released.
_NEWS_OF = re.compile(
    r"^\W*(?:what['’]?s\s+new|changes|new|news)\s+in\s+(?:[^\W\d][\w.+-]*\s+){1,3}(\d{1,3})\W*$", re.I
)
_BARE_NUMBER = re.compile(r"^\W*(\d{8}(?:\.\d+)?|\d{1,4})\W*$")
# "Release 42", "Version 4.3", "in version 2.2.40".
_AFTER_KEYWORD = re.compile(rf"(?:^|[\s(\[,/]){_KEYWORD}[\s:#-]*({_TOKEN}|\d{{1,8}}(?:[a-z]\d*)?){_END}", re.I)
# "Acme Desktop 5.0.9 released": up to five words before it, and none of those that make it somebody else's version.
_AFTER_NAME = re.compile(
    rf"^((?:[^\W\d][\w.&+'’/-]*\s+){{1,5}}|[\w.+-]+\s+\()({_TOKEN}){_END}\)?\s*"
    r"(?=$|[-–—:|(,/;!\[.]|released?\b|is\b|has\b|now\b|update|changes|changelog|beta|alpha|release|series|hotfix|unstable|stable)",
    re.I,
)
_OTHERS_VERSION = re.compile(
    r"\b(?:support\w*|for|with|using|from|since|until|to|requires?|required|upgrade\w*|upgrading|migrat\w*|compatib\w*|drop\w*|"
    r"add\w*|remove\w*|fix\w*|bump\w*|deprecat\w*|section|chapter|step|part|top|phase|level|between|and|or|of|in|on|than|via)\b",
    re.I,
)
# "Changes between 1.1 and 1.2", "What's new in Acme 1.2": the words before the version's own phrase.
_LEAD = re.compile(
    r"^[\s:|/,.\-–—]*(?:(?:what['’]?s\s+)?(?:(?:major|important|notable|noteworthy|significant|user[- ]visible|other"
    r"|recent|bug)\s+)?(?:new|changed|changes|news|improvements|fixes)\s+(?:in|for|with|to)\s+"
    r"|announcing\s+|introducing\s+|releas(?:e of|ing)\s+)?(?:(?:the\s+)?release\s+)?",
    re.I,
)
_BETWEEN = re.compile(rf"\b(?:between|from)\s+\S*\d[\w.+-]*\s+(?:and|to)\s+({_TOKEN}){_END}", re.I)
# 'Changes between "acme" versions 581 and 590': whole numbers, but said to be versions.
_BETWEEN_VERSIONS = re.compile(
    rf"\b(?:between|from)\s(?:[^\d\n]{{0,40}}\s)?(?:versions?|releases?)\s+\d[\w.+-]*\s+(?:and|to)\s+(\d+|{_TOKEN}){_END}",
    re.I,
)
_UNRELEASED = re.compile(
    r"^\W*(?:(?:version\s+)?unreleased(?:\s+changes)?|not\s+yet\s+released|upcoming(?:\s+(?:release|version|changes))?|"
    r"next(?:\s+(?:release|version))?|dev|development(?:\s+version)?|master|main|head|trunk|current|tbd|in\s+development|"
    r"in\s+progress|work\s+in\s+progress|edge|nightly)\W*$",
    re.I,
)
_UNIT = re.compile(r"\s*(?:%|[KMGT]i?B\b|ms\b|x\b|times\b|percent\b|million\b|seconds\b|stars\b)", re.I)
_HEADING_CHARACTERS = 160


def find_version(heading: str) -> str | None:
    """The version that a heading is about, as it is written there, without a leading "v"; None where it has none.

    Dates must have been taken out of the heading before. Numbers of other things ("Support for Python 3.12",
    "10 GB") are no versions.
    """
    heading = heading[:_HEADING_CHARACTERS]
    asked = heading.lower().startswith(("changes", "what", "major", "updates"))
    between = (_BETWEEN.search(heading) or _BETWEEN_VERSIONS.search(heading)) if asked else None
    if between:
        return _plain(between.group(1))
    news = _NEWS_OF.match(heading)
    if news:
        return news.group(1)
    lead = _LEAD.match(heading)
    heading = heading[lead.end() :] if lead else heading
    match = _FIRST.match(heading) or _BARE_NUMBER.match(heading)
    if match and not _UNIT.match(heading, match.end()):
        return _plain(match.group(1))
    match = _AFTER_KEYWORD.search(heading)
    if match and not _OTHERS_VERSION.search(heading[: match.start()]):
        return _plain(match.group(1))
    match = _AFTER_NAME.match(heading)
    if match and not _OTHERS_VERSION.search(match.group(1)):
        return _plain(match.group(2))
    return None


def is_unreleased(text: str) -> bool:
    """Whether a heading or a line says that this is not released yet."""
    return len(text) < 60 and bool(_UNRELEASED.match(text))


def _plain(version: str) -> str:
    return version[1:] if version[0] in "vV" and version[1:2].isdigit() else version
