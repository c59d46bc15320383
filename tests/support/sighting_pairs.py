"""Pairs of sightings as reporters write them: the same thing twice, or nearly the same words about something else."""

from __future__ import annotations

import random
from dataclasses import dataclass

_PEOPLE = [
    "Their rep",
    "The buyer",
    "Our champion",
    "Procurement",
    "A partner",
    "The CTO",
    "The customer",
    "A prospect",
]
_COMPETITORS = ["Globex", "Initech", "Umbrella", "Hooli", "Vandelay"]
_PLANS = ["Team", "Business", "Enterprise", "Pro", "Starter", "Growth"]
_PLACES = ["at the trade fair", "on a call", "in the renewal meeting", "by mail", "in the demo", "over lunch"]
_WHENS = ["this morning", "yesterday", "on Tuesday", "last week", "today", "on Friday"]
_FEATURES = ["single sign-on", "audit logs", "an EU region", "offline mode", "bulk export", "a Salesforce connector"]
_DEMANDS = ["a three-year contract", "prepayment", "a case study", "fifty seats at least", "a public reference"]
_TEMPLATES = [
    "{who} told us {where} that {comp} raises the price of {plan} to {n} euros per user from next quarter on.",
    "{comp} offered {n} percent off the {plan} plan {when} if they sign {demand}.",
    "{who} says {comp} will ship {feat} {where} and charges {n} dollars a month for it on top of {plan}.",
    "Heard {when} from {who} {where}: {comp} gives {n} months free on {plan} when somebody switches from us.",
    "{comp} lost the deal over {feat}; {who} said {when} that {plan} needs at least {n} seats before they talk.",
    "{comp} now wants {demand} for {plan} and a minimum of {n} users, as {who} told me {where}.",
    "In their quote of {when} {comp} lists {feat} as an add-on to {plan} for {n} per seat, {who} showed it {where}.",
]
_FILLERS = ["FYI,", "Just so you know:", "Interesting:", "Btw", "Not sure it matters, but"]
_ENDINGS = ["Worth a look.", "Please check.", "They seemed serious.", "More when I hear it.", "No document though."]
_SWAPS = {
    "told us": "said to us", "raises": "will raise", "offered": "offers", "percent": "%", "euros": "EUR",
    "dollars": "USD", "per user": "per seat", "from next quarter on": "starting next quarter", "gives": "gave",
    "lists": "listed", "at least": "no fewer than", "minimum": "min", "charges": "will charge", "euro": "€",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two texts about one competitor.

    Attributes:
        one: What came first.
        other: What came later.
        says_the_same: Whether the later one is a duplicate.
        kind: How it was made.
    """

    one: str
    other: str
    says_the_same: bool
    kind: str


def pairs(seed: int, count: int) -> list[Pair]:
    """As many duplicates as others; of the others most keep the words and change one fact."""
    chance = random.Random(seed)
    made = []
    for position in range(count):
        one = _facts(chance)
        if position % 2 == 0:
            made.append(Pair(one=_text(one), other=_retold(_text(one), chance), says_the_same=True, kind="retold"))
            continue
        kind, other = _another(one, chance, position)
        made.append(Pair(one=_text(one), other=_retold(_text(other), chance), says_the_same=False, kind=kind))
    return made


Facts = dict[str, str]


def _facts(chance: random.Random) -> Facts:
    return {
        "template": chance.choice(_TEMPLATES), "who": chance.choice(_PEOPLE), "comp": chance.choice(_COMPETITORS),
        "plan": chance.choice(_PLANS), "where": chance.choice(_PLACES), "when": chance.choice(_WHENS),
        "feat": chance.choice(_FEATURES), "demand": chance.choice(_DEMANDS), "n": str(chance.randint(2, 99)),
    }  # fmt: skip


def _text(facts: Facts) -> str:
    return facts["template"].format(**{key: value for key, value in facts.items() if key != "template"})


def _another(one: Facts, chance: random.Random, position: int) -> tuple[str, Facts]:
    """The same words with another price or plan, other news, or the same facts in another sentence."""
    kind = ("price", "price", "plan", "news", "template")[position // 2 % 5]
    if kind == "price":
        return kind, one | {"n": str(int(one["n"]) + chance.randint(1, 60))}
    if kind == "plan":
        return kind, one | {"plan": chance.choice([plan for plan in _PLANS if plan != one["plan"]])}
    other = _facts(chance) | {"comp": one["comp"]}
    if kind == "template":
        rest = [template for template in _TEMPLATES if template != one["template"]]
        return kind, one | {"template": chance.choice(rest), "n": other["n"], "plan": other["plan"]}
    return kind, other


def _retold(text: str, chance: random.Random) -> str:
    """As a colleague would write it: other words here and there, typos, a word more in front or at the end."""
    for said, otherwise in _SWAPS.items():
        if said in text and chance.random() < 0.5:
            text = text.replace(said, otherwise)
    if chance.random() < 0.5:
        text = f"{chance.choice(_FILLERS)} {text}"
    if chance.random() < 0.5:
        text = f"{text} {chance.choice(_ENDINGS)}"
    if chance.random() < 0.3:
        text = text.lower()
    if chance.random() < 0.4:
        text = _typo(text, chance)
    return text


def _typo(text: str, chance: random.Random) -> str:
    letters = [place for place in range(1, len(text) - 1) if text[place].isalpha() and text[place + 1].isalpha()]
    place = chance.choice(letters)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
