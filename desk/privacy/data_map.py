"""Which rows of the desk are somebody's: what an export holds, and what an erasure has to look at."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Select, or_, select

from desk import schema

# what opens a door is given to nobody, not even to the one whose door it is
SECRETS = frozenset({"secret_hash", "password_hash"})


def rows_of(person_id: str) -> Mapping[str, Select[tuple[object, ...]]]:
    """By table, the question for a person's rows; every table of the desk stands in it."""
    own = select(schema.sighting.c.sighting_id).where(schema.sighting.c.person_id == person_id)
    event, note, audit = schema.sighting_event, schema.note, schema.audit
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
    }
    return {
        table.name: select(*(column for column in table.columns if column.name not in SECRETS))
        .where(condition)
        .order_by(*table.primary_key.columns)
        for table, condition in conditions.items()
    }
