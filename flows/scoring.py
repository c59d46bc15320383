"""When clusters, themes and scores of what is new are made, and when they are not."""

from __future__ import annotations

from desk.database import Desk
from desk.deciding import judgements as judgements_of
from desk.deciding import rules_seen
from desk.places import desk_of, has_desk
from detente.errors import DetenteError, WarehouseBusyError
from detente.rules import text_in
from flows.job import Job
from warehouse.judgements import Judged
from warehouse.lock import held


def judged(desk: Desk) -> Judged:
    """What people have judged, as the warehouse takes it."""
    with desk.reading() as c:
        found = judgements_of(c)
    return Judged(decisions=found.decisions, outcomes=found.outcomes, reviews=found.reviews, edits=found.edits)


def refused(job: Job) -> str:
    """Why nothing may be scored by these rules; empty where they are new, or as they were under their version."""
    if not has_desk(job.workspace):
        return ""
    try:
        with desk_of(job.workspace, job.clock) as desk, desk.writing() as c:
            rules_seen.check(c, job.workspace.rules, text_in(job.workspace.root), now=job.clock.now())
    except DetenteError as error:
        return str(error)
    return ""


def score_new(job: Job, *, everything: bool) -> str:
    """Finds clusters and themes of what waits for them, and scores what that concerns.

    Args:
        job: The run.
        everything: After a build, whose tables are all made anew: what differs from what was looked at is sought among
            all items, and every open item is scored again.

    Returns:
        Why it was not done, be it that the rules are refused or that another run scores and does not end: pages and
        sightings are published all the same, with the scores that they have.
    """
    from flows.scorer import Scorer  # noqa: PLC0415  (pandas takes half a second, which only a scoring needs)

    if problem := refused(job):
        return problem
    timeout = job.workspace.settings.limits.lock_timeout_s
    scorer = Scorer(job)
    try:
        with held(job.workspace.data / "scoring.lock", "score", timeout):
            if everything:
                scorer.notice()
            scorer.find(tell=not everything)
            scorer.score(tell=not everything)
    except WarehouseBusyError as error:
        return str(error)
    return ""
