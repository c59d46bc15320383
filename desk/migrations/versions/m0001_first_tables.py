"""The first tables: people, their ways in, sightings with all that belongs to them, the audit, and messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_MONEY = sa.Numeric(18, 2).with_variant(sa.BigInteger(), "sqlite")
# what is only ever added to
_APPEND_ONLY = ("sighting_event", "audit")


def upgrade() -> None:
    """Makes them."""
    _people()
    _ways_in()
    _sightings()
    _of_sightings()
    _audit_and_messages()
    if op.get_bind().dialect.name == "sqlite":
        _guard_of_sqlite()
    else:
        _guard_of_postgresql()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320)),
        sa.Column("password_hash", sa.String(length=300)),
        sa.Column("manager_id", sa.String(length=40)),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled_at", _TIME),
        sa.Column("erased_at", _TIME),
        sa.ForeignKeyConstraint(["manager_id"], ["person.person_id"], name="fk_person_manager_id_person"),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_person_role_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", "role", name="pk_person_role"),
    )
    op.create_table(
        "identity",
        sa.Column("provider", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_identity_person_id_person"),
        sa.PrimaryKeyConstraint("provider", "subject", name="pk_identity"),
    )


def _ways_in() -> None:
    op.create_table(
        "session",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_session_person_id_person"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_session"),
    )
    op.create_index("ix_session_person_id", "session", ["person_id"])
    op.create_table(
        "sign_in_link",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_sign_in_link_person_id_person"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_sign_in_link"),
    )
    op.create_table(
        "token",
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME),
        sa.Column("revoked_at", _TIME),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_token_person_id_person"),
        sa.PrimaryKeyConstraint("token_id", name="pk_token"),
        sa.UniqueConstraint("secret_hash", name="uq_token_secret_hash"),
    )
    op.create_index("ix_token_person_id", "token", ["person_id"])


def _sightings() -> None:
    op.create_table(
        "sighting",
        sa.Column("sighting_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("competitor", sa.String(length=100)),
        sa.Column("competitor_name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=20)),
        sa.Column("confidential", sa.String(length=10)),
        sa.Column("nda", sa.String(length=10)),
        sa.Column("meant_for_me", sa.String(length=10)),
        sa.Column("knew_me", sa.String(length=10)),
        sa.Column("own_prices", sa.String(length=10)),
        sa.Column("customer", sa.String(length=200), nullable=False),
        sa.Column("deal", sa.String(length=200), nullable=False),
        sa.Column("deal_amount_text", sa.String(length=60), nullable=False),
        sa.Column("deal_amount", _MONEY),
        sa.Column("deal_currency", sa.String(length=3)),
        sa.Column("stage", sa.String(length=20)),
        sa.Column("close_on", sa.Date()),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("comparison", sa.Text(), nullable=False),
        sa.Column("motive", sa.String(length=20)),
        sa.Column("confidence", sa.String(length=10)),
        sa.Column("happened_on", sa.Date()),
        sa.Column("may_call", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_sighting_person_id_person"),
        sa.PrimaryKeyConstraint("sighting_id", name="pk_sighting"),
    )
    op.create_index("ix_sighting_competitor", "sighting", ["competitor"])
    op.create_index("ix_sighting_person_id", "sighting", ["person_id"])
    op.create_index("ix_sighting_received_at", "sighting", ["received_at"])


def _of_sightings() -> None:
    op.create_table(
        "sighting_state",
        sa.Column("sighting_id", sa.String(length=36), nullable=False),
        sa.Column("gate", sa.String(length=12), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("read_at", _TIME),
        sa.Column("nudged_at", _TIME),
        sa.Column("last_event_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sighting_id"], ["sighting.sighting_id"], name="fk_sighting_state_sighting_id_sighting"
        ),
        sa.PrimaryKeyConstraint("sighting_id", name="pk_sighting_state"),
    )
    op.create_table(
        "sighting_event",
        sa.Column("event_id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("sighting_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("person_id", sa.String(length=40)),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_sighting_event_person_id_person"),
        sa.ForeignKeyConstraint(
            ["sighting_id"], ["sighting.sighting_id"], name="fk_sighting_event_sighting_id_sighting"
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_sighting_event"),
    )
    op.create_index("ix_sighting_event_sighting", "sighting_event", ["sighting_id", "event_id"])
    op.create_table(
        "note",
        sa.Column("note_id", sa.String(length=40), nullable=False),
        sa.Column("sighting_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_note_person_id_person"),
        sa.ForeignKeyConstraint(["sighting_id"], ["sighting.sighting_id"], name="fk_note_sighting_id_sighting"),
        sa.PrimaryKeyConstraint("note_id", name="pk_note"),
    )
    op.create_index("ix_note_sighting_id", "note", ["sighting_id"])
    op.create_table(
        "attachment",
        sa.Column("attachment_id", sa.String(length=36), nullable=False),
        sa.Column("sighting_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("stored_hash", sa.String(length=64)),
        sa.Column("received_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["sighting_id"], ["sighting.sighting_id"], name="fk_attachment_sighting_id_sighting"),
        sa.PrimaryKeyConstraint("attachment_id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_received_hash", "attachment", ["received_hash"])
    op.create_index("ix_attachment_sighting_id", "attachment", ["sighting_id"])


def _audit_and_messages() -> None:
    op.create_table(
        "audit",
        sa.Column("audit_id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("person_id", sa.String(length=40)),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name="pk_audit"),
    )
    op.create_table(
        "message",
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sighting_id", sa.String(length=36)),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_message_person_id_person"),
        sa.ForeignKeyConstraint(["sighting_id"], ["sighting.sighting_id"], name="fk_message_sighting_id_sighting"),
        sa.PrimaryKeyConstraint("message_id", name="pk_message"),
    )


def _guard_of_sqlite() -> None:
    for table in _APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )


def _guard_of_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION desk_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION desk_refuses_change()"
        )
