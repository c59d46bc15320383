"""The weekly lot: the first build of a week draws what Product looks at beside what scores high."""

from __future__ import annotations

from desk.database import Desk
from desk.deciding import samples
from desk.deciding.samples import Sampled
from desk.places import desk_of, has_desk
from detente.errors import DetenteError
from detente.weeks import Week
from flows.job import Job
from flows.steps import Runner, at_once, in_thread


async def draw(job: Job, run: Runner = at_once) -> str:
    """Draws this week's lot from what is published, where the week has none yet.

    Returns:
        Why it could not be drawn: what a desk cannot do must not keep a build from ending; the next one draws.
    """
    if not has_desk(job.workspace):
        return ""
    try:
        with desk_of(job.workspace, job.clock) as desk:
            if not is_drawn(job, desk):
                await run("draw the week's sample", lambda: in_thread(draw_now, job, desk))
    except DetenteError as error:
        return f"the week's sample was not drawn: {error}"
    return ""


def is_drawn(job: Job, desk: Desk) -> bool:
    """Whether this week has its lot."""
    with desk.reading() as c:
        return samples.is_drawn(c, Week.of(job.clock.now(), job.zone))


def draw_now(job: Job, desk: Desk) -> int:
    """Draws, and keeps it unless another build was faster; how many items were drawn.

    Raises:
        WarehouseError: Nothing has been published yet.
        DeskError: The desk cannot be used.
    """
    from reports import questions  # noqa: PLC0415  (pandas takes half a second, which one build a week needs)
    from scoring.evaluation import sample  # noqa: PLC0415

    now = job.clock.now()
    week = Week.of(now, job.zone)
    undecided = questions.run(job.workspace.data, "undecided_scores")
    drawn = [
        Sampled(item_id=str(row["item_id"]), score=int(row["score"]), probability=float(row["probability"]))
        for row in sample.draw(undecided, str(week)).to_dict("records")
    ]
    with desk.writing() as c:
        return len(drawn) if samples.keep(c, week, drawn, now=now) else 0
