"""What the simulation takes for granted, each number with its reason; none of them is a rule."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace


def _assumed(value: float, because: str) -> float:
    return field(default=value, metadata={"because": because})


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumptions:
    """A sales team, its market, its reviewers, and what everything costs in minutes.

    Shares are probabilities from 0 to 1. `because(name)` has each reason.
    """

    # the market
    market_facts_a_week: float = _assumed(
        6, "five competitors; each changes a price, an offer or a feature about weekly"
    )
    watched_share: float = _assumed(0.5, "half of what competitors do stands on pages that a crawler watches")
    unwatched_share: float = _assumed(0.15, "blogs, forums and press that nobody has entered as a page")
    unwatched_sites: float = _assumed(6, "so many of those")
    dated_share: float = _assumed(0.8, "posts and press carry their date; some pages do not")
    leak_share: float = _assumed(0.4, "four of ten public moves are told to customers before they are published")
    leak_days: float = _assumed(21, "at most three weeks before: a quarter's campaign is prepared in about that time")
    crawl_hours: float = _assumed(24, "pages are read once a day")
    # the field
    large_territory: float = _assumed(10, "competitive deals at a time of a rep with a full territory")
    small_territory: float = _assumed(3, "a new or remote territory: a third of it")
    deal_weeks: float = _assumed(8, "a deal is competitive for two months")
    hears_market: float = _assumed(0.025, "a deal's customer mentions a given move once in forty weeks")
    hears_own: float = _assumed(0.12, "a customer tells of an offer made to them alone about every eight weeks")
    hears_for_weeks: float = _assumed(8, "so long is a move talked about")
    # honest reps
    tells: float = _assumed(0.7, "nobody reports everything; the best teams of which figures are known do two thirds")
    delay_days: float = _assumed(1.5, "written up after the call or on the next free day")
    brings_evidence: float = _assumed(0.4, "a photo, a quote or a link is at hand in fewer than half of the talks")
    writes_stub: float = _assumed(0.15, "typed on the way out of the door, completed on the same day")
    # reviewers
    review_days: float = _assumed(3, "mean; exponential")
    is_reviewed: float = _assumed(0.95, "one in twenty is forgotten")
    sees_same: float = _assumed(
        0.85, "same facts in other words are put together by the machine or by a person this often"
    )
    knows_known: float = _assumed(0.5, "where they were not, the reviewer remembers having read it half of the time")
    true_verified: float = _assumed(
        0.88, "what is true and new is found so; the rest is called context or wrong by mistake"
    )
    true_accused: float = _assumed(0.003, "an honest sighting that is called made up by mistake")
    believes_invented: float = _assumed(0.12, "a made-up story with a plausible deal passes one time in eight")
    believes_forged: float = _assumed(0.2, "with a doctored screenshot one in five")
    believes_confirmed: float = _assumed(0.25, "told by two who seem independent, one in four")
    calls_invented: float = _assumed(
        0.3, "of those that do not pass, so many are seen to be made up; others just wrong"
    )
    believes_echo: float = _assumed(0.85, "what is told is true; only that it was heard in another deal is not")
    calls_echo: float = _assumed(
        0.05, "the deal that is named does not face that competitor, or the words are the same"
    )
    believes_spam: float = _assumed(0.04, "vague talk is found true and new one time in twenty-five")
    calls_spam: float = _assumed(0.05, "so shameless that it is called made up or copied")
    believes_date: float = _assumed(0.85, "nobody asks when it was said, unless it is known to be old")
    calls_date: float = _assumed(0.03, "the deal was closed by then, or the calendar shows another day")
    sees_public: float = _assumed(
        0.5, "a reviewer who looks finds the public page half of the time, and has it watched"
    )
    stale_context: float = _assumed(0.3, "what is a month old has been overtaken, or is known otherwise, this often")
    sees_piece: float = _assumed(0.5, "a piece of what the same rep told before is recognised half of the time")
    # what is looked at again
    call_back: float = _assumed(0.05, "one in twenty of what was found true is checked by a call, by lot")
    call_finds: float = _assumed(0.8, "a call to the customer shows that it was never said; some cannot be reached")
    flag_looked_at: float = _assumed(0.7, "somebody acts on a flag within the month")
    flag_finds: float = _assumed(0.6, "of the false ones among the flagged; there are several to compare")
    second_believes: float = _assumed(0.5, "by how much a second look lowers the chance of a false one to pass")
    # decisions
    decided_market: float = _assumed(0.35, "something is done about a third of the verified moves in the market")
    decided_own: float = _assumed(0.12, "and about every eighth offer to one account")
    decided_invented: float = _assumed(0.25, "a story is believed, but there is nothing else that fits it")
    decision_days: float = _assumed(10, "mean, after the first review")
    right: float = _assumed(0.5, "of decisions that are judged later")
    right_invented: float = _assumed(0.1, "what rests on a story turns out right by chance")
    # minutes
    asks: float = _assumed(4, "to ask the customer one more question and note the answer; whoever hears has this cost")
    writes: float = _assumed(4, "a full report: the form takes one, details and deal three")
    attaches: float = _assumed(1, "a photo or a file")
    invents: float = _assumed(4, "a story with a deal and a figure that stands a first look, and the form")
    forges: float = _assumed(8, "a doctored screenshot besides")
    rewords: float = _assumed(2.5, "somebody else's finding in other words, with another deal")
    copies: float = _assumed(2.5, "from a page, with a deal made up; an alert brings the page, among others")
    sifts: float = _assumed(3, "six posts that tell nothing for one that does, half a minute each")
    spams: float = _assumed(1, "two vague lines and send")
    stakes: float = _assumed(0.5, "a name and three words")
    piece: float = _assumed(2, "a part of what was noted, with the form")

    @classmethod
    def because(cls, name: str) -> str:
        """Why the assumption of that name is what it is."""
        return str(next(each for each in fields(cls) if each.name == name).metadata["because"])

    def gullible(self, times: float = 2) -> Assumptions:
        """The same with reviewers who believe what is false so many times as often, and find out so much less."""
        believing = ("believes_invented", "believes_forged", "believes_confirmed", "believes_spam")
        finding = (
            "calls_invented", "calls_echo", "calls_date", "calls_spam", "sees_public", "sees_piece", "call_back",
            "knows_known", "flag_looked_at",
        )  # fmt: skip
        changed = {name: min(1.0, getattr(self, name) * times) for name in believing}
        changed |= {name: getattr(self, name) / times for name in finding}
        changed["believes_echo"] = 1 - (1 - self.believes_echo) / times
        return replace(self, **changed)
