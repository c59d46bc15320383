"""From what was judged to what is credited: facts to the reward rules, their answer to the ledger and the receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.database import Connection, Desk
from desk.deciding import contributions, rules_seen
from desk.deciding.contributions import Contribution
from desk.following import results
from desk.places import desk_of, has_desk
from desk.rewarding import entries, heads, ledger
from detente.clock import Clock
from detente.errors import StorageError, UsageError, WarehouseError, WorkspaceError
from detente.quarters import Quarter
from detente.rules import text_in
from detente.workspace import Workspace
from flows.crediting import Known, Place, Plan, Settled, carry_out, may_be_seen, plan
from flows.job import Job, Silent
from scoring import rewards
from scoring.rewards import Award, DecisionFact, SightingFacts
from warehouse import ask

UNCOMPARED = "nothing is credited yet: no clusters have been published; `detente run build` makes them"

# Of a cluster with one recent sighting all of them count, else a later voice would look like the first.
_BESIDE = """
    SELECT
        member.item_id,
        member.cluster_id,
        sighting.received_at,
        sighting.account_key,
        sighting.deal_key,
        least(evidence.first_seen_at, page.first_seen_at),
        theme.theme,
        cluster.sightings,
        cluster.has_page_evidence
    FROM cluster_member AS member
    JOIN sighting ON sighting.sighting_id = member.item_id
    JOIN cluster ON cluster.cluster_id = member.cluster_id
    LEFT JOIN (SELECT sighting_id, min(first_seen_at) AS first_seen_at FROM sighting_evidence GROUP BY ALL) AS evidence
        ON evidence.sighting_id = member.item_id
    LEFT JOIN (
        SELECT member.cluster_id, min(item.happened_at) AS first_seen_at
        FROM cluster_member AS member
        JOIN item ON item.item_id = member.item_id
        WHERE item.kind <> 'sighting'
        GROUP BY ALL
    ) AS page
        ON page.cluster_id = member.cluster_id
    LEFT JOIN (SELECT item_id, arg_max(theme, fit) AS theme FROM item_theme GROUP BY ALL) AS theme
        ON theme.item_id = member.item_id
    WHERE member.cluster_id IN (
        SELECT recent.cluster_id
        FROM cluster_member AS recent
        JOIN sighting ON sighting.sighting_id = recent.item_id
        WHERE sighting.received_at >= $since
    )
"""


def settle_now(workspace: Workspace, clock: Clock) -> Settled:
    """Settles outside of a run: what was just reviewed or decided counts at once, by the clusters that are published.

    Raises:
        DeskError: The desk cannot be used.
        StorageError: The disk refused.
    """
    if not has_desk(workspace):
        return Settled()
    with desk_of(workspace, clock) as desk:
        return settle(Job(workspace=workspace, clock=clock, progress=Silent()), desk)


def settle(job: Job, desk: Desk) -> Settled:
    """Brings the ledger and the receipts to what is due by all that is known; run it as often as you like.

    What is due is worked out while others may write; whoever wrote meanwhile makes it be worked out anew, alone. All
    of it is one transaction, so that whoever is killed leaves everything as it was.

    Raises:
        DeskError: The desk cannot be used now.
        StorageError: The disk refused; nothing was written.
    """
    now, of_rewards = job.clock.now(), job.workspace.rules.rewards
    since = now - timedelta(days=of_rewards.window_days + of_rewards.clawback_days)
    try:
        places, earliest = _places(job, since)
    except (UsageError, WarehouseError):  # nothing was published yet, or by an older version
        return Settled(problem=UNCOMPARED)
    settled = credit(desk, job.workspace, places, since=since, earliest=earliest, now=now)
    settled.problem = settled.problem or anchor(job.workspace, desk, now)
    return settled


def anchor(workspace: Workspace, desk: Desk, now: datetime) -> str:
    """Writes the ledger's head down; returns why it could not be, which the next settling makes up for."""
    try:
        with desk.reading() as c:  # what is committed, and so what a ledger that was cut off would lack
            heads.write_down(c, workspace.data / heads.FILE_NAME, now)
    except StorageError as error:
        return f"credits are written, but not anchored: {error}"
    return ""


def credit(
    desk: Desk,
    workspace: Workspace,
    places: Mapping[str, Place],
    *,
    since: datetime,
    earliest: datetime,
    now: datetime,
) -> Settled:
    """Brings the ledger and the receipts to what is due, as sightings stand among each other.

    Args:
        desk: The desk.
        workspace: Whose rules count.
        places: Where sightings stand, by id.
        since: What was received before is settled for good.
        earliest: When the first of those was received that still tell what is new.
        now: The time.
    """
    rules, zone = workspace.rules, workspace.settings.company.time_zone
    quarter = str(Quarter.of(now, zone))

    def look(c: Connection) -> tuple[Known, Plan]:
        known = Known(
            sightings={one.sighting_id: one for one in contributions.contributions(c, earliest)},
            places=places,
            settled_before=since,
            entries=ledger.entries(c),
            told=results.told(c, earliest),
            left=ledger.left(c, quarter) if _is_funded(c, quarter) else None,
            now=now,
        )
        facts = [_facts(one, places.get(one.sighting_id)) for one in _comparable(known)]
        return known, plan(known, rewards.due(facts, rules, now, ZoneInfo(zone)), rules)

    with desk.reading() as c:
        seen = contributions.stamp(c)
        known, planned = look(c)
    if planned.is_empty:
        return Settled(waiting=planned.still_waiting)
    with desk.writing() as c:
        try:
            rules_seen.check(c, rules, text_in(workspace.root), now=now)
        except WorkspaceError as error:
            return Settled(problem=str(error))
        if contributions.stamp(c) != seen:
            known, planned = look(c)
        if planned.promise and rules.rewards.budget and not _is_funded(c, quarter):
            ledger.fund(c, quarter, rules.rewards.budget, by=None, now=now)
        return carry_out(c, planned, known, quarter=quarter, rules=rules)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What is due by what is known now, and of what.

    Attributes:
        facts: The sightings of the last `window_days` + `clawback_days`, in whole clusters.
        awards: What they earn, or why nothing.
    """

    facts: Sequence[SightingFacts]
    awards: Sequence[Award]


def what_is_due(workspace: Workspace, clock: Clock) -> Due:
    """What is due by what is known now; nothing is written.

    Raises:
        DeskError: The desk cannot be used now.
        UsageError: Nothing comparable was published yet.
    """
    job = Job(workspace=workspace, clock=clock, progress=Silent())
    now, rules = clock.now(), workspace.rules
    since = now - timedelta(days=rules.rewards.window_days + rules.rewards.clawback_days)
    try:
        places, earliest = _places(job, since)
    except (UsageError, WarehouseError):
        raise UsageError(UNCOMPARED) from None
    with desk_of(workspace, clock) as desk, desk.reading() as c:
        told = contributions.contributions(c, earliest)
    facts = [_facts(one, places[one.sighting_id]) for one in told if one.sighting_id in places and not one.is_erased]
    zone = ZoneInfo(workspace.settings.company.time_zone)
    return Due(facts=facts, awards=rewards.due(facts, rules, now, zone))


def _places(job: Job, since: datetime) -> tuple[Mapping[str, Place], datetime]:
    """Where sightings stand, by id, and when the first of them was received.

    Raises:
        UsageError: What is published is of an older version.
        WarehouseError: Nothing is published.
    """
    rows = ask(job.workspace.data / "published", _BESIDE, {"since": since.astimezone(UTC).replace(tzinfo=None)}).rows
    places, earliest = {}, since
    for sighting_id, cluster_id, received_at, account_key, deal_key, first_seen_at, theme, sightings, has_page in rows:
        earliest = min(earliest, _utc(received_at))
        places[str(sighting_id)] = Place(
            cluster_id=str(cluster_id),
            account_key=None if account_key is None else str(account_key),
            deal_key=None if deal_key is None else str(deal_key),
            seen_first_at=None if first_seen_at is None else _utc(first_seen_at),
            theme=str(theme or ""),
            others=int(str(sightings)) - 1,
            has_page=bool(has_page),
        )
    return places, earliest


def _utc(moment: object) -> datetime:
    assert isinstance(moment, datetime)  # noqa: S101  (a column of that type)
    return moment.replace(tzinfo=UTC)


def _is_funded(c: Connection, quarter: str) -> bool:
    return entries.by_key(c, f"fund:{quarter}:budget") is not None


def _comparable(known: Known) -> list[Contribution]:
    """What the rules can judge: that is published, or that nobody may see; of nobody who was erased."""
    return [
        one
        for one in known.sightings.values()
        if not one.is_erased and (one.sighting_id in known.places or not may_be_seen(known, one.sighting_id))
    ]


def _completed_at(one: Contribution) -> datetime | None:
    """When somebody else could check what it says; None: not yet."""
    text, has_file = one.text, False
    added = [(one.evidence_at, "")] if one.evidence_at else []
    for at, more in sorted([(one.received_at, ""), *added, *one.answers]):
        text = f"{text}\n{more}" if more else text
        has_file = has_file or at == one.evidence_at
        if rewards.is_complete(
            text=text, competitor=one.competitor, competitor_name=one.competitor_name, has_evidence=has_file,
            account=one.customer, deal=one.deal,
        ):  # fmt: skip
            return at
    return None


def _facts(one: Contribution, place: Place | None) -> SightingFacts:
    decisions: tuple[DecisionFact, ...] = ()
    if one.decision is not None:
        decided = DecisionFact(
            decision_id=one.decision.decision_id,
            kind=one.decision.kind,
            decided_at=one.decision.at,
            outcome=one.outcome,
        )
        decisions = (decided,)
    return SightingFacts(
        sighting_id=one.sighting_id,
        person_id=one.person_id,
        manager_id=one.manager_id,
        received_at=one.received_at,
        completed_at=_completed_at(one),
        observed_on=one.happened_on,
        channel=one.channel,
        source=one.source,
        competitor=one.competitor,
        deal_key=place.deal_key if place else None,
        account_key=place.account_key if place else None,
        cluster_id=place.cluster_id if place else one.sighting_id,
        gate=one.gate,
        is_withdrawn=one.is_withdrawn,
        has_evidence=bool(one.evidence) or rewards.has_link(one.text),
        text_digest=one.text_digest,
        seen_first_at=place.seen_first_at if place else None,
        # weekly reports tell what pages say, and quote no sighting: the crawler's date stands for both
        published_at=None,
        review=one.review,
        reviewed_at=one.reviewed_at,
        reviewed_by=one.reviewed_by,
        evidence_digests=one.evidence,
        decisions=decisions,
    )
