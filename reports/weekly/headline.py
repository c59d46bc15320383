"""What a week comes down to: its most important thing in one sentence, and what else there is in a second."""

from __future__ import annotations

from collections.abc import Sequence

from reports.weekly.model import Change, CompetitorChanges, Coverage, Known, Release, ReportState
from reports.weekly.words import count, listed, shown

_RANK = (
    "price_increase",
    "price_decrease",
    "to_custom",
    "from_custom",
    "plan_removed",
    "plan_added",
    "plan_renamed",
    "currency_changed",
    "period_changed",
    "qualifier_changed",
    "limit_changed",
    "feature_removed",
    "feature_added",
    "text_changed",
)


def weight(change: Change) -> tuple[bool, int, float]:
    """Sorts the most important first: what is certain, then by kind, then by size."""
    moves = {"price_increase": 0, "price_decrease": 0}
    rank = moves.get(change.kind, _RANK.index(change.kind) if change.kind in _RANK else len(_RANK))
    return change.needs_review, rank, -abs(change.change_pct or 0.0)


def week_state(
    competitors: Sequence[CompetitorChanges], releases: Sequence[Release], coverage: Coverage
) -> ReportState:
    """Which kind of week it was."""
    if competitors or releases:
        return "changes"
    if not coverage.read:
        return "no_data"
    return "baseline" if coverage.first_read >= coverage.read else "quiet"


def headline(
    state: ReportState,
    competitors: Sequence[CompetitorChanges],
    releases: Sequence[Release],
    coverage: Coverage,
    known: Known,
) -> tuple[str, str]:
    """Headline and lead of a week."""
    pages = count(coverage.total, "page")
    first = f"{count(coverage.first_read, 'page')} read for the first time"
    match state:
        case "no_data":
            return f"No data: 0 of {pages} read.", (
                "That nothing is reported does not mean that nothing happened."
                if coverage.total
                else "Nothing had been fetched before this week ended."
            )
        case "baseline":
            return f"{first}; changes are told from next week on.", f"Known from now on: {_known(known)}."
        case "quiet":
            still = f"What is known still stands: {_known(known)}."
            if _complete(coverage):
                all_read = "the one page was read" if coverage.total == 1 else f"all {pages} were read"
                return f"Nothing changed: {all_read}.", still
            return f"Nothing changed on the {coverage.read} of {pages} that could be read.", still
    certain = [(change, one) for one in competitors for change in one.changes if not change.needs_review]
    held = sum(len(one.changes) for one in competitors) - len(certain)
    to_check = [f"{count(held, 'change')} to be checked"] if held else []
    if certain:
        change, mover = min(certain, key=lambda pair: weight(pair[0]))
        head = sentence(change, mover.name)
        others = [count(len(certain) - 1, "more change")] if len(certain) > 1 else []
        others += to_check
        others += [count(len(releases), "release")] if releases else []
    elif releases:
        first_release = releases[0]
        what = shown(
            first_release.title or first_release.version or first_release.first_line or "an entry without a title", 80
        )
        nothing = "No price, plan or text is certain to have changed" if held else "No price, plan or text changed"
        head = f"{nothing}; {first_release.name} released “{what}”"
        others = to_check + ([count(len(releases) - 1, "more release")] if len(releases) > 1 else [])
    else:
        head = f"Nothing is certain to have changed; {to_check[0]}"
        others = []
    whom = len({one.competitor for one in competitors} | {release.competitor for release in releases})
    lead = f"Besides that, {listed(others)}; {count(whom, 'competitor')} moved in all." if others else ""
    if coverage.first_read:
        lead = f"{lead} {first}: their changes are told from next week on.".strip()
    return f"{head}.", lead


def sentence(change: Change, name: str) -> str:
    """A change as a sentence without its full stop."""
    subject = shown(change.subject, 80)
    old, new = _pair(shown(change.old or "", 80), shown(change.new or "", 80))
    size = f" by {amount_of(change.change_pct)}" if change.change_pct else ""
    said = {
        "price_increase": f"raised {subject}{size}, from {old} to {new}",
        "price_decrease": f"cut {subject}{size}, from {old} to {new}",
        "to_custom": f"took the price of {subject} away: it was {old}, now it is {new}",
        "from_custom": f"put a price on {subject}: {new}",
        "currency_changed": f"charges {subject} in another currency: {old} became {new}",
        "period_changed": f"counts {subject} differently: {old} became {new}",
        "plan_added": f"added the plan {subject} for {new}",
        "plan_removed": f"dropped the plan {subject}, last at {old}",
        "plan_renamed": f"gave the plan {old} a new name: {new}",
        "qualifier_changed": f"means the price of {subject} differently: {old} became {new}",
        "feature_added": f"added to {subject}",
        "feature_removed": f"removed from {subject}",
        "limit_changed": f"moved a limit of {subject}, from {old} to {new}",
    }.get(change.kind)
    if said is None:
        said = (
            f"offers {subject} also for {new}"
            if change.group == "price" and new
            else f"changed the text under “{subject}”"
        )
    return f"{name} {said}"


def _pair(old: str, new: str) -> tuple[str, str]:
    """`49 USD`, `59 USD / user / month`: what both have in common behind the amount is said once."""
    head, stroke, per = old.partition(" / ")
    return (head, new) if stroke and new.endswith(f"{stroke}{per}") else (old, new)


def amount_of(pct: float | None) -> str:
    """`20.4 %`, without a sign."""
    return f"{abs(pct or 0.0):g}\u00a0%"


def _complete(coverage: Coverage) -> bool:
    return coverage.read == coverage.total and not coverage.stopped


def _known(known: Known) -> str:
    parts = [
        count(known.plans, "plan"),
        count(known.prices, "price"),
        count(known.releases, "release entry", "release entries"),
    ]
    return listed(parts)
