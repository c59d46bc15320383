"""What a sighting's own words tell the gate: few rules, each tied to a phrase that leaves little doubt.

A rule that fires too often teaches people to write around it, so the cases that must *not* fire are as many as those
that must.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from detente.sightings import Submission

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "text_says_confidential": "The text says that it is confidential, under NDA or not for distribution. "
        "Legal looks first.",
        "agreed_with_competitor": "The text speaks of prices, bids or territories agreed with a competitor. "
        "Legal looks first. Saying so was right.",
        "personal_life": "The text tells of somebody's private life. Legal looks first: what people do at home is "
        "not for us.",
    }
)

_SENTENCE = re.compile(r"[.!?;](?:\s+|$)|\n+")

# "slide marked 'Company Confidential'"; not "fields marked as confidential", which is what a product can do
_MARKED = re.compile(
    r"\b(?P<before>\w+)?\W{1,3}(?:is |was |are |were |been )?"
    r"(?:marked|labell?ed|stamped|watermarked|headed|gekennzeichnet als|markiert als)\s+(?:as\s+|with\s+)?"
    r"[\"'“„‘«*]?(?:\w+\s+){0,2}(?:confidential|vertraulich)\b",
    re.IGNORECASE,
)
_PRODUCT_WORDS = frozenset(
    {"fields", "files", "documents", "records", "data", "columns", "emails", "mails", "messages", "pages", "rows"}
)
_NDA = re.compile(
    r"\b(?:under|covered by|unter)\s+(?:an?\s+|our\s+|their\s+|the\s+|mutual\s+|strict\s+|einem\s+|unserem\s+){0,2}"
    r"(?:NDA|non-?disclosure(?:\s+agreement)?|geheimhaltungsvereinbarung)\b"
    r"(?!\s+(?:feature|template|module|workflow|process|tool|management))",
    re.IGNORECASE,
)
_INTERNAL = re.compile(
    r"\b(?:says?|said|reads?|marked|labell?ed|stamped|titled|headed|watermark\w*|footer|header|steht)\W+(?:\w+\W+){0,4}?"
    r"(?:internal(?:\s+use)?\s+only|nur\s+für\s+den\s+internen\s+gebrauch)\b",
    re.IGNORECASE,
)
_DISTRIBUTE = re.compile(
    r"\b(?:do\s+not\s+distribute|not\s+for\s+(?:further\s+|external\s+|public\s+)?distribution|nicht\s+zur\s+weitergabe)\b",
    re.IGNORECASE,
)
# a heading that was pasted with the rest
_HEADING = re.compile(
    r"^[^\w\n]{0,20}(?:STRICTLY |COMPANY |HIGHLY |STRENG )?(?:CONFIDENTIAL|VERTRAULICH)[^\w\n]{0,20}$", re.MULTILINE
)
# in the words right before, these turn the meaning round: "not under NDA", "shown only under NDA", "if it were marked"
_TURNED = re.compile(
    r"\b(?:not|never|no|none|nothing|only|unless|without|if|whether|would|could|wants?|wanted|requires?|asks?|asked|kein\w*|nicht|nur)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)

_AGREED = re.compile(
    r"\b(?:we|i|our\s+\w+|my\s+\w+)\s+(?:\w+\s+){0,2}?"
    r"(?:agreed?|arranged|colluded|coordinated?|(?:have|had|made|reached)\s+an?\s+(?:agreement|arrangement|understanding|deal|pact))\b",
    re.IGNORECASE,
)
_AGREED_DE = re.compile(r"\b(?:wir|ich)\b[^.]{0,80}\b(?:abgesprochen|vereinbart|geeinigt)\b", re.IGNORECASE)
_TRADE = re.compile(
    r"\b(?:pric\w+|discount\w*|bids?|bidding|quot\w+|margins?|territor\w+|undercut\w*|preis\w*|rabatt\w*|gebot\w*|gebiet\w*)\b",
    re.IGNORECASE,
)
_BOTH = re.compile(r"\b(?:we\s+both|both\s+of\s+us|us\s+both|neither\s+of\s+us|wir\s+beide)\b", re.IGNORECASE)
_PROPOSED = re.compile(r"\b(?:proposed|suggested|offered|asked|wants|vorgeschlagen)\b", re.IGNORECASE)

_PERSON = (
    r"(?:[A-Z][a-zà-öø-ÿ'’-]+\s+[A-Z][a-zà-öø-ÿ'’-]+"
    r"|\b(?:CEO|CFO|CTO|COO|CRO|CMO|CPO|VP|[Ff]ounder|[Dd]irector|[Mm]anager|[Hh]ead of "
    r"\w+|[Cc]hampion|[Bb]uyer|[Rr]ep)\b)"
)
_PRIVATE = re.compile(
    rf"{_PERSON}(?:,?\s+[\w&-]+){{0,3}}?,?\s+(?:"
    r"(?:is|was|got|is\s+getting|has\s+been)\s+(?:\w+\s+){0,2}?"
    r"(?:pregnant|divorced(?!\s+from\s+(?:reality|the))|an?\s+alcoholic|addicted\s+to\s+(?:alcohol|drugs|gambling|pills)|in\s+rehab|gay|lesbian|terminally\s+ill|seriously\s+ill)"
    r"|(?:has|had|is\s+having|suffers\s+from|is\s+being\s+treated\s+for)\s+(?:\w+\s+){0,2}?"
    r"(?:cancer(?!\s+(?:cent|research|care|clinic|patient|screen))|affair|drinking\s+problem|drug\s+problem|miscarriage|burnout)"
    r"|(?:is\s+going|goes|went|going)\s+through\s+(?:an?\s+|his\s+|her\s+|their\s+)?(?:\w+\s+)?(?:divorce|custody\s+\w+)"
    r")\b"
)


def fired(submission: Submission) -> tuple[str, ...]:
    """The names of the rules that the text and the comparison fire."""
    # whichever field a reporter chose for it
    names = (submission.area, submission.customer, submission.deal, submission.competitor_name)
    text = "\n".join((submission.text, submission.comparison, *names))
    rivals = _rivals(submission)
    return tuple(
        name
        for name, holds in (
            ("text_says_confidential", _says_confidential(text)),
            ("agreed_with_competitor", any(_is_agreement(sentence, rivals) for sentence in _SENTENCE.split(text))),
            ("personal_life", bool(_PRIVATE.search(text))),
        )
        if holds
    )


def _says_confidential(text: str) -> bool:
    if _DISTRIBUTE.search(text) or _HEADING.search(text) or any(True for _ in _unturned(_INTERNAL, text)):
        return True
    if any(True for _ in _unturned(_NDA, text)):
        return True
    words = ((found["before"] or "").lower() for found in _unturned(_MARKED, text))
    return any(word not in _PRODUCT_WORDS and not _TURNED.fullmatch(word) for word in words)


def _unturned(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches whose sentence does not turn the meaning round right before them."""
    for found in pattern.finditer(text):
        before = _SENTENCE.split(text[max(0, found.start() - 30) : found.start()])[-1]
        if not _TURNED.search(before):
            yield found


def _rivals(submission: Submission) -> re.Pattern[str]:
    names = [
        name for name in (submission.competitor_name.strip(), (submission.competitor or "").replace("-", " ")) if name
    ]
    words = "|".join([*map(re.escape, names), r"competitors?", r"rivals?", r"wettbewerbern?", r"konkurrenten"])
    return re.compile(
        rf"\b(?P<with>with|mit)\s+(?:the\s+|our\s+|a\s+|dem\s+|den\s+)?(?:{words})\b|\b(?:{words})\b", re.IGNORECASE
    )


def _is_agreement(sentence: str, rivals: re.Pattern[str]) -> bool:
    if not _TRADE.search(sentence) or _TURNED_AGREEMENT.search(sentence):
        return False
    named = list(rivals.finditer(sentence))
    if any(found["with"] for found in named) and (_AGREED.search(sentence) or _AGREED_DE.search(sentence)):
        return True
    return bool(named and _PROPOSED.search(sentence) and _BOTH.search(sentence))


_TURNED_AGREEMENT = re.compile(
    r"\b(?:not|never|no)\s+(?:have\s+)?agreed?|\b(?:did|do|have)(?:n['’]t|\s+not)\s+(?:agreed?|coordinated?)",
    re.IGNORECASE,
)
