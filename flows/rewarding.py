"""From what was judged to what is credited: facts to the reward rules, their answer to the ledger and the receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.database import Connection, Desk
from desk.deciding import contributions, rules_seen
from desk.deciding.contributions import Contribution
from desk.places import desk_of, has_desk
from desk.rewarding import ledger
from detente.clock import Clock
from detente.errors import UsageError, WarehouseError, WorkspaceError
from detente.quarters import Quarter
from detente.rules import FILE_NAME, Rules, default_text
from detente.workspace import Workspace
from flows.crediting import Plan, Settled, carry_out, plan
from flows.job import Job, Silent
from scoring import rewards
from scoring.rewards import DecisionFact, SightingFacts
from warehouse import ask

UNCOMPARED = "nothing is credited yet: no clusters have been published; `detente run build` makes them"

_BESIDE = """
    SELECT
        member.item_id,
        member.cluster_id,
        sighting.account_key,
        sighting.deal_key,
        evidence.first_seen_at,
        theme.theme
    FROM cluster_member AS member
    JOIN sighting ON sighting.sighting_id = member.item_id
    LEFT JOIN (SELECT sighting_id, min(first_seen_at) AS first_seen_at FROM sighting_evidence GROUP BY ALL) AS evidence
        ON evidence.sighting_id = member.item_id
    LEFT JOIN (SELECT item_id, arg_max(theme, fit) AS theme FROM item_theme GROUP BY ALL) AS theme
        ON theme.item_id = member.item_id
    WHERE sighting.received_at >= $since
"""
_CLUSTERS = """
    SELECT cluster_id, sightings, has_page_evidence
    FROM cluster
    WHERE cluster_id IN (
        SELECT member.cluster_id
        FROM cluster_member AS member
        JOIN sighting ON sighting.sighting_id = member.item_id
        WHERE sighting.received_at >= $since
    )
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a sighting stands among all items, by the newest published file.

    Attributes:
        cluster_id: Its cluster.
        account_key: Its customer, hashed.
        deal_key: Its deal, hashed.
        seen_first_at: When a watched page said the same first; None: none did before it was told.
        theme: The line of the roadmap that fits best; empty where none fits.
        others: How many other sightings say the same.
        has_page: Whether a watched page says it too.
    """

    cluster_id: str
    account_key: str | None
    deal_key: str | None
    seen_first_at: datetime | None
    theme: str
    others: int
    has_page: bool



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
    now, rules = job.clock.now(), job.workspace.rules
    since = now - timedelta(days=rules.rewards.window_days + rules.rewards.clawback_days)
    places = _places(job, since)
    if places is None:
        return Settled(problem=UNCOMPARED)
    with desk.reading() as c:
        seen = contributions.stamp(c)
        planned = _planned(c, job, places, since, now)
    if planned.is_empty:
        return Settled(waiting=planned.still_waiting)
    with desk.writing() as c:
        try:
            rules_seen.check(c, rules, rules_text(job.workspace), now=now)
        except WorkspaceError as error:
            return Settled(problem=str(error))
        if contributions.stamp(c) != seen:
            planned = _planned(c, job, places, since, now)
        quarter = str(Quarter.of(now, job.zone))
        _fund(c, quarter, rules, now)
        return carry_out(c, planned, quarter=quarter, rules=rules, now=now)


def rules_text(workspace: Workspace) -> str:
    """The rules file as it stands; the one that a new workspace begins with where there is none."""
    path = workspace.root / FILE_NAME
    return path.read_text(encoding="utf-8") if path.exists() else default_text()


def _places(job: Job, since: datetime) -> Mapping[str, Place] | None:
    """Where sightings stand, by id; None where nothing has been published that tells."""
    published = job.workspace.data / "published"
    parameters = {"since": since.astimezone(UTC).replace(tzinfo=None)}
    try:
        clusters = {row[0]: row[1:] for row in ask(published, _CLUSTERS, parameters).rows}
        rows = ask(published, _BESIDE, parameters).rows
    except (UsageError, WarehouseError):  # nothing was published yet, or by an older version
        return None
    places = {}
    for sighting_id, cluster_id, account_key, deal_key, first_seen_at, theme in rows:
        sightings, has_page = clusters.get(cluster_id, (1, False))
        places[str(sighting_id)] = Place(
            cluster_id=str(cluster_id),
            account_key=account_key,  # type: ignore[arg-type]
            deal_key=deal_key,  # type: ignore[arg-type]
            seen_first_at=first_seen_at.replace(tzinfo=UTC) if isinstance(first_seen_at, datetime) else None,
            theme=str(theme or ""),
            others=int(sightings) - 1,  # type: ignore[call-overload]
            has_page=bool(has_page),
        )
    return places


def _planned(
    c: Connection, job: Job, places: Mapping[str, Place], since: datetime, now: datetime
) -> Plan:
    """What is to be done so that ledger and receipts say what is due."""
    told = contributions.contributions(c, since)
    known = [one for one in told if one.is_erased or one.sighting_id in places or not _may_be_seen(one)]
    facts = [_facts(one, places.get(one.sighting_id)) for one in known if not one.is_erased]
    awards = rewards.due(facts, job.workspace.rules, now, ZoneInfo(job.zone))
    return plan(c, known, awards, places=places, since=since, rules=job.workspace.rules, now=now)


def _may_be_seen(one: Contribution) -> bool:
    return one.gate == "cleared" and not one.is_withdrawn


def _facts(one: Contribution, place: Place | None) -> SightingFacts:
    decisions = ()
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
        has_evidence=bool(one.evidence) or one.has_link,
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


def _fund(c: Connection, quarter: str, rules: Rules, now: datetime) -> None:
    """Puts the quarter's budget on the ledger, once; what the rules say later counts from the next quarter on."""
    if rules.rewards.budget and not ledger.is_funded(c, quarter):
        ledger.fund(c, quarter, rules.rewards.budget, by=None, now=now)
