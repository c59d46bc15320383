"""The law and ethics gate: what the answers, and a few plain words in the text, say about a sighting.

It decides before anything is written or indexed. Pure: the same submission gets the same gate. The rules are data, and
`docs/explanation/what-may-be-reported.md` lists them; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from desk.accepting import gate_text
from detente.sightings import Answer, Gate, Source, Submission

FOLLOW_UPS: Mapping[Source, tuple[str, ...]] = MappingProxyType(
    {
        "customer": ("confidential",),
        "public": (),
        "partner": ("confidential", "nda"),
        "competitor": ("confidential", "nda", "knew_me", "own_prices"),
        "former_employee": ("confidential", "nda", "knew_me", "own_prices"),
        "document": ("confidential", "nda", "meant_for_me"),
    }
)
"""Which questions an answer to *how did you learn this?* opens; each must be answered before the gate can clear."""

ANSWERS: tuple[str, ...] = ("source", "confidential", "nda", "meant_for_me", "knew_me", "own_prices")


QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "source": "how did you learn this? Choose one answer",
        "confidential": "was it marked confidential? Answer yes, no or not sure",
        "nda": "is it under a non-disclosure agreement? Answer yes, no or not sure",
        "meant_for_me": "was the document meant for you? Answer yes, no or not sure",
        "knew_me": "did they know who you are and whom you work for? Answer yes, no or not sure",
        "own_prices": "is it about their own prices to come, bids, territories or capacity? Answer yes, no or not sure",
    }
)
"""What each question asks, for people who left it open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule over an answer.

    Attributes:
        name: As events, entries and the docs call it.
        question: The follow-up whose answer it looks at.
        answers: The answers that it holds for.
        sources: The sources that it holds for; an answer that was volunteered counts like one that was asked for.
        state: What becomes of the sighting.
        keeps_files: Whether its files may be kept at all.
        because: For people.
    """

    name: str
    question: str
    answers: tuple[Answer, ...]
    sources: tuple[Source, ...] = tuple(FOLLOW_UPS)
    state: Literal["quarantined", "not_kept"] = "quarantined"
    keeps_files: bool = True
    because: str


RULES: tuple[Rule, ...] = (
    Rule(
        name="competitor_own_prices",
        question="own_prices",
        answers=("yes",),
        sources=("competitor",),
        state="not_kept",
        keeps_files=False,
        because="It is about a competitor's own prices to come, bids, territories or capacity, and somebody who works "
        "there told it. Antitrust law forbids us to hold such words, so neither text nor files were kept. Legal knows "
        "that it happened and will help. Thank you for saying so.",
    ),
    Rule(
        name="own_prices_unsure",
        question="own_prices",
        answers=("not_sure",),
        sources=("competitor",),
        because="It may be about a competitor's own prices to come, and somebody who works there told it. "
        "Legal looks first.",
    ),
    Rule(
        name="own_prices_second_hand",
        question="own_prices",
        answers=("yes", "not_sure"),
        sources=("former_employee", "partner", "document"),
        because="It is, or may be, about a competitor's own prices to come, bids, territories or capacity. "
        "Legal looks first.",
    ),
    Rule(
        name="marked_confidential",
        question="confidential",
        answers=("yes",),
        because="It was marked confidential. Legal looks first.",
    ),
    Rule(
        name="confidential_unsure",
        question="confidential",
        answers=("not_sure",),
        because="It may have been marked confidential. Legal looks first.",
    ),
    Rule(
        name="under_nda",
        question="nda",
        answers=("yes",),
        because="It is under a non-disclosure agreement. Legal looks first.",
    ),
    Rule(
        name="nda_unsure",
        question="nda",
        answers=("not_sure",),
        because="It may be under a non-disclosure agreement. Legal looks first.",
    ),
    Rule(
        name="not_meant_for_me",
        question="meant_for_me",
        answers=("no",),
        keeps_files=False,
        because="The document was meant for somebody else. Its files were not kept; please do not open, keep or "
        "forward it. Legal looks at what you wrote and tells you what to do. Saying so was right.",
    ),
    Rule(
        name="meant_for_me_unsure",
        question="meant_for_me",
        answers=("not_sure",),
        because="The document may have been meant for somebody else. Legal looks first.",
    ),
    Rule(
        name="did_not_know_me",
        question="knew_me",
        answers=("no",),
        because="Whoever told it did not know whom you work for. Legal looks first. Saying so was right.",
    ),
    Rule(
        name="knew_me_unsure",
        question="knew_me",
        answers=("not_sure",),
        because="Whoever told it may not have known whom you work for. Legal looks first.",
    ),
)

_OTHER_REASONS = {
    "no_source": "It still lacks an answer: how did you learn this? Until then nobody reads it.",
    "unanswered": "It still lacks an answer about its source. Until then nobody reads it.",
    **gate_text.REASONS,
}

REASONS: Mapping[str, str] = MappingProxyType({rule.name: rule.because for rule in RULES} | _OTHER_REASONS)
"""What each rule says to people."""


def missing(submission: Submission) -> tuple[str, ...]:
    """The follow-ups that the source opens and that are not answered yet; none while there is no source."""
    if submission.source is None:
        return ()
    return tuple(name for name in FOLLOW_UPS[submission.source] if getattr(submission, name) is None)


def judge(submission: Submission) -> Gate:
    """What may become of the submission."""
    fired = [rule for rule in RULES if _holds(rule, submission)]
    if any(rule.state == "not_kept" for rule in fired):
        names = tuple(rule.name for rule in fired)
        return Gate(state="not_kept", reasons=names, keeps_text=False, keeps_files=False)
    names = (*(rule.name for rule in fired), *gate_text.fired(submission))
    keeps = keeps_files(names)
    if submission.source is None:
        return Gate(state="waiting", reasons=("no_source", *names), keeps_files=keeps)
    if missing(submission):
        return Gate(state="waiting", reasons=("unanswered", *names), keeps_files=keeps)
    return Gate(state="quarantined" if names else "cleared", reasons=names, keeps_files=keeps)


def in_words(reasons: Iterable[str]) -> list[str]:
    """What the gate's rules say to people; a rule that is no longer there says nothing."""
    return [REASONS[name] for name in reasons if name in REASONS]


def keeps_files(reasons: Iterable[str]) -> bool:
    """Whether files may be kept of a sighting for which these rules hold."""
    return not {rule.name for rule in RULES if not rule.keeps_files} & set(reasons)


def _holds(rule: Rule, submission: Submission) -> bool:
    # without a source an answer can only be taken at its strictest, and who waits is asked for the source anyway
    return getattr(submission, rule.question) in rule.answers and submission.source in rule.sources
