"""Which rows of the desk are somebody's: what an export holds, and what an erasure has to look at."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Select, or_, select

from desk import schema

# what no row of is anybody's
NOBODYS = frozenset({schema.rules_version.name})
# what opens a door is given to nobody, not even to the one whose door it is
SECRETS = frozenset({"secret_hash", "password_hash"})


def rows_of(person_id: str) -> Mapping[str, Select[tuple[object, ...]]]:
    """By table, the question for a person's rows; every table of the desk stands in it, but for those in `NOBODYS`."""
    own = select(schema.sighting.c.sighting_id).where(schema.sighting.c.person_id == person_id)
    event, note, audit = schema.sighting_event, schema.note, schema.audit
    edit, review, ledger = schema.cluster_edit, schema.review, schema.ledger_entry
    decided = select(schema.decision.c.decision_id).where(schema.decision.c.person_id == person_id)
    outcome, led_to = schema.decision_outcome, schema.decision_sighting
    rests_on_own = select(led_to.c.decision_id).where(led_to.c.sighting_id.in_(own))
    booked = or_(ledger.c.person_id == person_id, ledger.c.by_id == person_id)
    conditions = {
        schema.person: schema.person.c.person_id == person_id,
        schema.person_role: schema.person_role.c.person_id == person_id,
        schema.identity: schema.identity.c.person_id == person_id,
        schema.session: schema.session.c.person_id == person_id,
        schema.sign_in_link: schema.sign_in_link.c.person_id == person_id,
        schema.token: schema.token.c.person_id == person_id,
        schema.sighting: schema.sighting.c.person_id == person_id,
        schema.sighting_state: schema.sighting_state.c.sighting_id.in_(own),
        event: or_(event.c.person_id == person_id, event.c.sighting_id.in_(own)),
        note: or_(note.c.person_id == person_id, note.c.sighting_id.in_(own)),
        schema.attachment: schema.attachment.c.sighting_id.in_(own),
        audit: or_(audit.c.person_id == person_id, audit.c.subject == person_id, audit.c.subject.in_(own)),
        schema.message: schema.message.c.person_id == person_id,
        edit: or_(edit.c.person_id == person_id, edit.c.item_id.in_(own), edit.c.other_id.in_(own)),
        review: or_(review.c.person_id == person_id, review.c.sighting_id.in_(own)),
        # why Product decided is its record, and goes to who wrote it; that a sighting led to it stands in the next one
        schema.decision: schema.decision.c.person_id == person_id,
        led_to: or_(led_to.c.sighting_id.in_(own), led_to.c.decision_id.in_(decided)),
        outcome: or_(
            outcome.c.person_id == person_id,
            outcome.c.decision_id.in_(decided),
            outcome.c.decision_id.in_(rests_on_own),
        ),
        schema.review_sample: schema.review_sample.c.item_id.in_(own),
        ledger: booked,
        schema.ledger_posting: schema.ledger_posting.c.entry_id.in_(select(ledger.c.entry_id).where(booked)),
    }
    return {
        table.name: select(*(column for column in table.columns if column.name not in SECRETS))
        .where(condition)
        .order_by(*table.primary_key.columns)
        for table, condition in conditions.items()
    }
