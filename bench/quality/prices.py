"""How many texts of prices are read right: the amount and the currency of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sources.pricing.amounts.currencies import CODES, LOCAL_SIGNS, SAME_SIGN, SIGNS
from sources.pricing.amounts.money import narrowed
from sources.pricing.amounts.price_text import currency_of, read_price_text
from sources.pricing.plans import bare
from sources.pricing.words import FREE

_ARABIC_MARK = "\u200f"


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One text that was read otherwise than labelled.

    Attributes:
        label_is_unsound: The label tells an amount for a text that holds no digit.
        text: The text.
        hint: What was given as its currency; None if nothing was.
        told: The label: amount and sign.
        read: What was read.
        reviewed: The reader asked for a person to look at it.
    """

    label_is_unsound: bool
    text: str
    hint: str | None
    told: str
    read: str
    reviewed: bool


def measure(path: Path) -> tuple[int, int, list[Failure]]:
    """Read every text of a labelled file as the text of a price.

    Each line of the file is a JSON object with `price_raw` (the text, may be null), `currency_raw` (what stood in the
    element for its currency; may be null, and is often something else), `amount_float` and `currency` (the label: a
    sign or a code as written, or null).

    Right is a text whose amount and whose currency are both right:

    - The amount equals the label's. A text that only says "free" is right where the label is 0.
    - The currency equals the ISO code of the label's sign. Where that sign has several meanings ("$", "kr", "P"), no
      code may be told, and the sign must be the label's. Without a label, nothing may be told.
    - An amount that is read right and kept for review counts as right: a text alone cannot say what "1.234" is.

    Returns:
        How many texts are right, of how many, and those that are not.
    """
    failures = []
    total = 0
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            total += 1
            failure = _judge(json.loads(line))
            if failure is not None:
                failures.append(failure)
    return total - len(failures), total, failures


def _judge(row: Mapping[str, object]) -> Failure | None:
    text, hint, told = (_text(row.get(key)) for key in ("price_raw", "currency_raw", "currency"))
    money = read_price_text(text or "", currency_hint=hint, comma_decimal=row.get("currency_hint") == ",")
    amount = money.amount if money is not None else None
    if money is None and text is not None and bare(text) in FREE:
        amount = Decimal(0)
    read = (money.currency, money.sign) if money is not None else currency_of(text or "", currency_hint=hint)
    wanted = row.get("amount_float")
    same_amount = float(amount) == wanted if amount is not None else wanted is None
    same_currency = read == _meaning(told)
    if same_amount and same_currency:
        return None
    return Failure(
        label_is_unsound=not same_amount and not any(c.isdigit() for c in text or ""),
        text=text or "",
        hint=hint,
        told=f"{wanted} {told}",
        read=f"{amount} {read[0] or read[1]}",
        reviewed=money is not None and bool(money.note),
    )


def _meaning(sign: str | None) -> tuple[str | None, str]:
    """What the label's sign stands for: a code, or the sign itself where it has several meanings."""
    if sign is None:
        return None, ""
    sign = narrowed(sign.replace(_ARABIC_MARK, ""))
    code = SIGNS.get(sign) or LOCAL_SIGNS.get(sign)
    if code is None and sign not in SIGNS and sign not in LOCAL_SIGNS and len(sign) == 3 and sign.isascii():
        code = sign.upper() if sign.isalpha() and (sign.isupper() or sign.upper() in CODES) else None
    return (code, "") if code else (None, SAME_SIGN.get(sign, sign))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
