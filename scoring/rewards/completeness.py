"""Whether a sighting is a full report, which can be checked, or a stub that only stakes a claim."""

from __future__ import annotations

import re

_LEAST_CHARS = 40
_LINK = re.compile(r"https?://\S|www\.\S", re.IGNORECASE)
_CHECKABLE = re.compile(r"\d|[\"“”„«»]|\b[A-Z][\w-]*[A-Z]\w*\b")
_NAME = re.compile(r"(?<=[\w,;:)] )[A-Z][\w-]{2,}")


def has_link(text: str) -> bool:
    """Whether a text holds a link."""
    return bool(_LINK.search(text))


def is_complete(
    *,
    text: str,
    competitor: str | None,
    competitor_name: str = "",
    has_evidence: bool,
    account: str = "",
    deal: str = "",
) -> bool:
    """Whether somebody else could check what a sighting says.

    A full report names the competitor, and holds something to check it by: a photo, a file or a link; or else at least
    forty characters that hold a number, a quotation or a name, or come with the customer or deal where it was heard.

    Args:
        text: What the reporter wrote, with the comparison and later answers.
        competitor: Slug; None where it is none of the known ones.
        competitor_name: Its name as written, where it is none of the known ones.
        has_evidence: A photo or a file came with it.
        account: The customer, as named.
        deal: The deal, as named.
    """
    if not (competitor or competitor_name.strip()):
        return False
    if has_evidence or has_link(text):
        return True
    said = " ".join(text.split())
    if len(said) < _LEAST_CHARS:
        return False
    return bool(account.strip() or deal.strip() or _CHECKABLE.search(said) or _NAME.search(said))
