"""What the warehouse takes of people's judgements: rows without anybody's name, address or number in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from desk.database import Connection
from desk.deciding import decisions, edits, reviews
from desk.personal import without_names
from desk.schema import person, sighting, sighting_event

Row = Mapping[str, object]
_NAMES_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgements:
    """All that people have judged, in the moment of the connection; times are UTC-aware.

    Attributes:
        decisions: `decision_id, item_id, kind, theme, because, reply, decided_at, score, rules_version, is_blind,
            sightings` (ids that it rests on), `superseded_by` (the next decision on the same item, or None), oldest
            first. Texts are masked.
        outcomes: `decision_id, outcome, judged_at`: the newest of each decision.
        reviews: `sighting_id, outcome, reviewers` (how many found that), `is_disputed, reviewed_at`: what stands.
        edits: `edit_id, kind, item_id, other_id, edited_at`: the newest word on each pair, oldest first.
    """

    decisions: Sequence[Row]
    outcomes: Sequence[Row]
    reviews: Sequence[Row]
    edits: Sequence[Row]


def judgements(c: Connection) -> Judgements:
    """What people have judged so far."""
    made = list(reversed(decisions.every(c)))
    names = _names(c, made)
    replaced: dict[str, str] = {}
    last: dict[str, str] = {}
    for one in made:
        if one.item_id in last:
            replaced[last[one.item_id]] = one.decision_id
        last[one.item_id] = one.decision_id
    return Judgements(
        decisions=[
            {
                "decision_id": one.decision_id,
                "item_id": one.item_id,
                "kind": one.kind,
                "theme": one.theme,
                "because": without_names(one.because, *names[one.decision_id]),
                "reply": without_names(one.reply, *names[one.decision_id]),
                "decided_at": one.at,
                "score": one.score,
                "rules_version": one.rules_version,
                "is_blind": one.is_blind,
                "sightings": list(one.sightings),
                "superseded_by": replaced.get(one.decision_id),
            }
            for one in made
        ],
        outcomes=[
            {"decision_id": one.decision_id, "outcome": one.outcome, "judged_at": one.at}
            for _, one in sorted(decisions.outcomes(c).items())
        ],
        reviews=[
            {
                "sighting_id": sighting_id,
                "outcome": state.outcome,
                "reviewers": len(state.reviewers),
                "is_disputed": state.is_disputed,
                "reviewed_at": state.at,
            }
            for sighting_id, state in sorted(reviews.standings(c).items())
        ],
        edits=[
            {
                "edit_id": one.edit_id,
                "kind": one.kind,
                "item_id": one.item_id,
                "other_id": one.other_id,
                "edited_at": one.at,
            }
            for one in edits.standing(c)
        ],
    )


def _names(c: Connection, made: Sequence[decisions.Decision]) -> dict[str, list[Mapping[str, str]]]:
    """By decision, the names in the sightings that were told of it, whether they count as contributions or not."""
    told: dict[str, set[str]] = {one.decision_id: {one.item_id, *one.sightings} for one in made}
    decided = select(sighting_event.c.sighting_id, sighting_event.c.detail).where(sighting_event.c.kind == "decided")
    for event in c.execute(decided):
        told.get(str(event.detail.get("decision_id")), set()).add(event.sighting_id)
    ids = sorted({sighting_id for those in told.values() for sighting_id in those})
    names: dict[str, Mapping[str, str]] = {}
    for start in range(0, len(ids), _NAMES_AT_ONCE):
        query = (
            select(sighting.c.sighting_id, sighting.c.customer, sighting.c.deal, person.c.name)
            .join(person, person.c.person_id == sighting.c.person_id)
            .where(sighting.c.sighting_id.in_(ids[start : start + _NAMES_AT_ONCE]))
        )
        for row in c.execute(query):
            names[row.sighting_id] = {"[customer]": row.customer, "[deal]": row.deal, "[reporter]": row.name}
    return {decision_id: [names[one] for one in sorted(those) if one in names] for decision_id, those in told.items()}
