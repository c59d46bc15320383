"""Says how a fetch ended: by status, by headers, and by what a page that should not count looks like."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final

from detente.records import Outcome

__all__ = ["FetchFailedError", "PassingFailureError", "classify"]

TEXT_BYTES: Final = 400_000
TITLE_BYTES: Final = 32_000
SMALL_PAGE_BYTES: Final = 20_000
SHORT_TEXT_CHARS: Final = 1_500

# Titles that walls have and pages do not; they count only where the text is short as well.
_WALL_TITLE: Final = re.compile(
    r"just a moment|attention required|one moment,? please|checking your browser|ddos-guard|client challenge"
    r"|access (?:to this page )?(?:has been |is )?denied|(?:403 )?forbidden$|request (?:rejected|blocked|unsuccessful)"
    r"|blocked$|you(?:'ve| have) been blocked|pardon our interruption|(?:vercel )?security check(?:point)?$"
    r"|human verification|bot (?:check|verification)|are you (?:a )?(?:human|robot)|robot (?:check|or human)"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|please verify|(?:re)?captcha(?: check| challenge| required)?$"
)
_LOGIN_TITLE: Final = re.compile(
    r"^(?:log ?in|sign ?in|log ?on|authentication required|single sign-on|anmelden|login)\b"
    r"|[|\-–—:·] *(?:log ?in|sign ?in|anmelden) *$"
)
_MAINTENANCE_TITLE: Final = re.compile(
    r"(?:(?:site |website |scheduled |planned |system )?(?:under |down for |in )?maintenance(?: mode)?"
    r"|we(?:'|’)?(?:ll| will) be (?:right )?back|be right back|temporarily (?:unavailable|offline|down)"
    r"|(?:site|service) (?:is )?(?:temporarily )?(?:unavailable|offline|down)|wartungsarbeiten)\b"
)

# Sentences that walls say, looked for where the text is short.
_WALL_TEXT: Final = re.compile(
    r"(?:verify|confirm|check(?:ing)?|prove|make sure)(?: that)? (?:you are|you're|you’re|if you are) (?:a )?"
    r"(?:human|not a (?:ro)?bot)|enable javascript and cookies to continue|unusual traffic from your"
    r"|checking (?:if the site connection is secure|your browser before)|complete the (?:security check|captcha)"
    r"|you (?:don't|do not) have permission to access|you have been blocked"
    r"|press (?:&|and) hold (?:the button )?to|i(?:'|’)?a?m not a robot"
    r"|your (?:access|request) (?:to this (?:site|page) )?(?:has been|was) (?:blocked|denied)"
    r"|^access denied|access denied(?=[.:!]| reference| you )"
    r"|automated (?:access|requests|queries)|request unsuccessful\. incapsula"
)
_MAINTENANCE_TEXT: Final = re.compile(
    r"(?:down|closed|offline|unavailable) (?:for|due to) (?:(?:scheduled|planned|routine|some|a bit of) )?maintenance"
    r"|(?:undergoing|performing|under|carrying out) (?:(?:scheduled|planned|routine|essential|some) )?maintenance"
    r"|we(?:'|’)?(?:ll| will) be (?:right )?back (?:soon|shortly|online|in)|temporarily (?:down|unavailable|offline)"
)
_LOGIN_TEXT: Final = re.compile(
    r"(?:log ?in|sign ?in|logged in|signed in) (?:to (?:continue|view|access|see|your)|with)"
    r"|forgot(?:ten)? (?:your )?password|you (?:must|need to) (?:be )?(?:log|sign)"
)
_PASSWORD_FIELD: Final = re.compile(rb"<input[^<>]{0,400}type\s*=\s*[\"']?password", re.I)
_TITLE: Final = re.compile(rb"<title[^<>]{0,200}>([^<]{0,300})", re.I)
_TAG: Final = re.compile(rb"<[^<>]*>")
_HIDDEN: Final = re.compile(rb"<(script|style|svg|title)")
_SPACE: Final = re.compile(r"\s+")
_PRICE: Final = re.compile(r"(?:[$€£¥₹]|\b(?:usd|eur|gbp)) ?\d|\d ?(?:[$€£¥₹]|(?:usd|eur|gbp)\b)")

_BY_STATUS: Final[Mapping[int, tuple[Outcome, str]]] = {
    401: (Outcome.BLOCKED, "the site asks for a login (401)"),
    403: (Outcome.BLOCKED, "the site refuses us (403)"),
    404: (Outcome.GONE, "there is no such page (404)"),
    407: (Outcome.CONNECTION, "the proxy asks for a login (407)"),
    410: (Outcome.GONE, "the page was taken away (410)"),
    429: (Outcome.RATE_LIMITED, "too many requests, says the site (429)"),
    451: (Outcome.BLOCKED, "not to be had here for legal reasons (451)"),
}


class FetchFailedError(Exception):
    """An exchange ended without a page; never leaves the fetching modules.

    Args:
        outcome: How it ended.
        detail: Why, in words.
    """

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


class PassingFailureError(FetchFailedError):
    """A failure that may pass: asking again makes sense."""


def classify(*, status: int, headers: Mapping[str, str], body: bytes) -> tuple[Outcome, str]:
    """Says what an answer is.

    Args:
        status: HTTP status, no redirect and not 304.
        headers: By lower-case name.
        body: Decoded; for an error perhaps only its beginning.

    Returns:
        The outcome, and why it is not `ok`.
    """
    if headers.get("cf-mitigated", "").lower() == "challenge" or headers.get("x-amzn-waf-action"):
        return Outcome.BLOCKED, f"a bot challenge stands before the page (status {status})"
    if status in {200, 203}:
        return _classify_page(headers, body)
    if status == 429:
        return _BY_STATUS[429]
    if status >= 500:
        seen, why = _classify_page(headers, body)
        return (seen, why) if seen is not Outcome.OK else (Outcome.SERVER_ERROR, f"the site has a fault ({status})")
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 400:
        return Outcome.CLIENT_ERROR, f"the site does not take the request ({status})"
    if 200 <= status < 300:
        return Outcome.INCOMPLETE, f"status {status} comes without a whole page"
    return Outcome.SERVER_ERROR, f"status {status} leads nowhere"


def _classify_page(headers: Mapping[str, str], body: bytes) -> tuple[Outcome, str]:
    """Looks for walls; whatever is long, or is no HTML, is the page itself.

    The title is looked at first because it costs microseconds; the text is taken out only where the title, the size
    or a password field gives reason to.
    """
    kind = headers.get("content-type", "").lower()
    if kind and "html" not in kind:
        return Outcome.OK, ""
    found = _TITLE.search(body, 0, TITLE_BYTES)
    title = _SPACE.sub(" ", found[1].decode("utf-8", "replace")).strip().lower() if found else ""
    wall_title = _WALL_TITLE.match(title)
    login_title = _LOGIN_TITLE.search(title)
    maintenance_title = _MAINTENANCE_TITLE.match(title)
    telling_title = bool(wall_title or login_title or maintenance_title)
    password = _PASSWORD_FIELD.search(body, 0, TEXT_BYTES) if telling_title or b"password" in body else None
    if not (telling_title or password or len(body) <= SMALL_PAGE_BYTES):
        return Outcome.OK, ""
    text = _visible_text(body)
    # A short text with a price in it is a short pricing page, whatever else it mentions.
    if len(text) > SHORT_TEXT_CHARS or _PRICE.search(text):
        return Outcome.OK, ""
    if wall_title:
        return Outcome.BLOCKED, f"a wall stands before the page: its title is {title[:80]!r}"
    if maintenance_title or _MAINTENANCE_TEXT.search(text):
        return Outcome.MAINTENANCE, "the page only says that the site is being worked on"
    if said := _WALL_TEXT.search(text):
        return Outcome.BLOCKED, f"a wall stands before the page: it says {said[0][:80]!r}"
    if password and (login_title or _LOGIN_TEXT.search(text)):
        return Outcome.BLOCKED, "a login wall stands before the page"
    return Outcome.OK, ""


def _visible_text(body: bytes) -> str:
    """What a person would read, lower case, white space folded; good enough to tell short from long.

    Every step moves forward only, so that no input makes it slow.
    """
    lower = body[:TEXT_BYTES].lower()
    parts: list[bytes] = []
    at = 0
    while hidden := _HIDDEN.search(lower, at):
        parts.append(lower[at : hidden.start()])
        end = lower.find(b"</" + hidden[1], hidden.end())
        if end < 0:
            break
        at = end + 2
        parts.append(b"<")
    else:
        parts.append(lower[at:])
    text = _TAG.sub(b" ", b"".join(parts)).decode("utf-8", "replace")
    return _SPACE.sub(" ", html.unescape(text)).strip()
