"""Which sentences speak of what the page's own offer costs, and not of other money."""

from __future__ import annotations

import re
from functools import lru_cache

_LONG_QUOTE = 4
_NEAR = 60

_END = re.compile(r"[.!?](?=\s+[^\sa-z]|\s*$)")
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|z\.\s?b|excl|incl|inkl|zzgl|approx|ca|env|min|max|vs|no|nr|p\.a|bzw|etc)$", re.I
)
_ASIDE = re.compile(
    r"\([^()]{0,20}\b(?:sav(?:e|es|ings?)|off|discount|spare|sparen)\b[^()]{0,20}\)"
    r"|\b(?:sav(?:e|es|ing)|sparen)\s(?:you\s)?(?:up to\s)?\d{1,2}\s?%|\b\d{1,2}\s?%\s(?:off|discount)"
    r"|\b(?:before|not including|without)\s(?:any\s)?(?:vat|tax(?:es)?)\b|\bcredit cards?\b"
    r"|\bif\s(?:you\spay\s|you['’]re\s)?(?:billed|paid|payed|prepaid|invoiced|annually|yearly|monthly|upfront)\b"
    r"|\bmonthly installments?\b",
    re.I,
)
# A sentence with one of these speaks of another amount than what the page's own offer costs: an example, a condition,
# a saving, another vendor, what others say, what the law says.
_OF_OTHER_THINGS = re.compile(
    r"\b(?:for (?:example|instance)|e\.g|z\. ?b|zum beispiel|beispiel\w*|par exemple|exemples?|examples?|imagine"
    r"|suppose|let['’]s|assum(?:e|es|ing)|scenarios?|if|wenn|falls|si vous|unless|when you|once you|may cost"
    r"|can cost|reportedly|estimat\w+|rumou?r\w*"
    r"|sav(?:e|es|ed|ing|ings)|spar(?:en|t)|économis\w+|discount\w*|rabatt\w*|remise|réduction|coupons?|vouchers?"
    r"|rebates?|cash ?back|compar\w+|vergl\w+|unlike|versus|vs|instead|rather than|whereas|statt|au lieu"
    r"|competitors?|competition|concurrents|konkurren\w+|elsewhere|anderswo|ailleurs"
    r"|other (?:tools?|vendors?|providers?|companies|services?|platforms?|agenc\w+|products?|solutions?|apps?)"
    r"|others|anderen|alternatives?|typi(?:cal|sch)\w*|usual\w*|normally|üblich\w*|average\w*|durchschnitt\w*|moyenne"
    r"|market|marché|markt(?:preis\w*|üblich\w*)?|industry (?:standard|average)"
    r"|(?:agenc(?:y|ies)|freelancers?|lawyers?|banks?) (?:charge|cost|ask|bill|take)s?|traditional\w*|cheaper"
    r"|equivalent|worth|valued|used to|formerly|previously|waren|bisher|était|ancien\w*|increased|reduced|dropped"
    r"|first (?:\w+ )?(?:days?|weeks?|months?|years?|payments?)|introductory|early[- ]bird|black friday|promo"
    r"|promotion\w*|trial (?:for|costs?|is)|minimum (?:spend|order|commitment|charge|invoice|contract|deposit"
    r"|top-?up)|mindest\w+"
    r"|our (?:own )?(?:servers?|costs?|expenses|engineers?|developers?|rent|bills?)"
    r"|your (?:\w+ )?(?:plan|bill|invoice|subscription|total|cost|budget)|shall|hereby|reserve the right"
    r"|they (?:charge|cost|give|ask|want|sell|offer|bill)|his|her|he|she|said|says|told|read more"
    r"|their (?:\w+ ){0,2}(?:plans?|prices?|pricing|tiers?|products?|subscription|edition|version)"
    r"|(?:an?|one|cup of|than|price of|your) (?:\w+ )?(?:coffees?|latte|lunch|pizza|beer)"
    r"|(?:customers?|clients?|companies|compan(?:y|ies)|users|businesses|people|firms|organi[sz]ations?)"
    r" (?:\w+ ){0,4}(?:pay|pays|paid|paying|charge|charges|charged))\b"
    r"|\b(?:we|i) (?:\w+ ){0,2}(?:pay|paid|switched|chose|bought|got)\b|\bcompanies like\b"
    r"|(?:n['’]t|\bnot|\bnever|\bno longer)\s(?:\w+\s){0,2}(?:cost|pay|charge|be|for)\b",
    re.I,
)
# Beside an amount, these make it something else than the price of a plan.
_OTHER_MONEY = (
    r"revenue|umsatz|chiffre d['’]affaires|rais(?:ed|ing)|fund(?:ing|ed|raising)|invest(?:ed|ors?|ments?|ing)"
    r"|valuation"
    r"|profits?|turnover|salar(?:y|ies)|gehalt|wages?|earn\w*|win|won|prizes?|awards?|grants?|donat\w+|budgets"
    r"|budget (?:of|is)|spend\w*"
    r"|spent|los(?:e|es|t|ing)|wast(?:e|ed|ing)|fraud|fine[sd]?|penalt\w+|liab\w+|damages|indemn\w+|lawsuits?"
    r"|refund\w*"
    r"|erstatt\w*|rembours\w*|money[- ]back|guarantee\w*|deposits?|rewards?|referrals?|refer|affiliates?|commissions?"
    r"|bount(?:y|ies)|gifts?|bonus\w*|(?:free|in|of|worth of) (?:\w+ )?credits?|credited|(?:we|to) credit|capped"
    r"|maximum of|thresholds?|exceed\w*|over-?ages?|zusätzlich\w*|supplémentaires?|chargebacks?|interest|extra"
)
_NEAR_BEFORE = re.compile(
    rf"\b(?:{_OTHER_MONEY}|was|were|had|war|until|before|since|over|under|above|beyond|late|off|total|(?:more"
    rf"|less) than"
    r"|additional\w*|further|limit(?:ed)?|cap|would|could|might|should|shipping|delivery|versand\w*|set-?up"
    r"|installation|onboarding|postage|handling|cancellation|upgrad\w+|travel\w*|expenses|admission|activation"
    r"|surcharge|reisekosten|tickets?)\b[^,;]*$",
    re.I,
)
_NEAR_AFTER = re.compile(
    rf"^[^,;.]{{0,40}}?\b(?:{_OTHER_MONEY}|off|(?:more|less)(?! than one\b)|before|until)\b(?! (?:tax|vat)\b)", re.I
)
_QUOTE = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]?")

_FREE_FOR = re.compile(
    r"\b(?:free(?: of charge)?|kostenlos|kostenfrei|gratuite?s?) (?:for|für|pour)(?: all| any| les)?\s"
    r"(?P<who>open[- ]source|public (?:repositor(?:y|ies)|projects)|personal use|private use|non-?commercial(?: use)?"
    r"|individuals|students(?: and teachers)?|teachers|educat(?:ion|ional use)|academic use|non-?profits?"
    r"|charities|schools"
    r"|hobby(?:ists)?(?: projects)?|private nutzung|privatpersonen|usage personnel|associations)\b",
    re.I,
)


def split(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end; abbreviations end none."""
    ends = [m.end() for m in _END.finditer(text) if not _ABBREVIATED.search(text[: m.start()][-8:])]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return list(zip([0, *ends[:-1]], ends, strict=True))


@lru_cache(maxsize=2_048)
def is_own_offer(sentence: str) -> bool:
    """Whether nothing in a sentence hints at an example, a saving, another vendor, a quotation, a condition."""
    plain = _ASIDE.sub(" ", sentence)
    if any(len(m[1].split()) > _LONG_QUOTE for m in _QUOTE.finditer(plain)) or plain.rstrip().endswith("?"):
        return False
    return _OF_OTHER_THINGS.search(plain) is None


def is_other_money(before: str, after: str) -> bool:
    """Whether the words right around an amount make it a fee, a refund, a salary or the like, and no plan's price."""
    return (
        _NEAR_BEFORE.search(_ASIDE.sub(" ", before)[-_NEAR:]) is not None
        or _NEAR_AFTER.match(_ASIDE.sub(" ", after)) is not None
    )


def free_for(sentence: str) -> str | None:
    """For whom a sentence says that the offer is free ("free for open source projects"); None if for nobody named."""
    if not is_own_offer(sentence):
        return None
    match = _FREE_FOR.search(sentence)
    return match["who"][0].upper() + match["who"][1:] if match is not None else None
