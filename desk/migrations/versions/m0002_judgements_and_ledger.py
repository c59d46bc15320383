"""Clusters mended by people, reviews, decisions and the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_APPEND_ONLY = (
    "cluster_edit", "review", "decision_sighting", "decision_outcome", "review_sample", "rules_version", "ledger_entry",
    "ledger_posting",
)  # fmt: skip


def upgrade() -> None:
    """Makes them."""
    _judgements()
    _ledger()
    if op.get_bind().dialect.name == "sqlite":
        _guard_of_sqlite()
    else:
        _guard_of_postgresql()


def _judgements() -> None:
    op.create_table(
        "cluster_edit",
        sa.Column("edit_id", _SERIAL, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("other_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_cluster_edit_person_id_person"),
        sa.PrimaryKeyConstraint("edit_id", name="pk_cluster_edit"),
    )
    op.create_index("ix_cluster_edit_item_id", "cluster_edit", ["item_id"])
    op.create_index("ix_cluster_edit_other_id", "cluster_edit", ["other_id"])
    op.create_table(
        "review",
        sa.Column("review_id", _SERIAL, nullable=False),
        sa.Column("sighting_id", sa.String(length=36), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_review_person_id_person"),
        sa.ForeignKeyConstraint(["sighting_id"], ["sighting.sighting_id"], name="fk_review_sighting_id_sighting"),
        sa.PrimaryKeyConstraint("review_id", name="pk_review"),
    )
    op.create_index("ix_review_sighting_id", "review", ["sighting_id"])
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("theme", sa.String(length=200)),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("rules_version", sa.Integer()),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_decision_person_id_person"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decision"),
    )
    op.create_index("ix_decision_item_id", "decision", ["item_id"])
    op.create_table(
        "decision_sighting",
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("sighting_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.decision_id"], name="fk_decision_sighting_decision_id_decision"
        ),
        sa.ForeignKeyConstraint(
            ["sighting_id"], ["sighting.sighting_id"], name="fk_decision_sighting_sighting_id_sighting"
        ),
        sa.PrimaryKeyConstraint("decision_id", "sighting_id", name="pk_decision_sighting"),
    )
    op.create_table(
        "decision_outcome",
        sa.Column("outcome_id", _SERIAL, nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.decision_id"], name="fk_decision_outcome_decision_id_decision"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_decision_outcome_person_id_person"),
        sa.PrimaryKeyConstraint("outcome_id", name="pk_decision_outcome"),
    )
    op.create_index("ix_decision_outcome_decision_id", "decision_outcome", ["decision_id"])
    op.create_table(
        "review_sample",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("drawn_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("week", "item_id", name="pk_review_sample"),
    )


def _ledger() -> None:
    op.create_table(
        "rules_version",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_rules_version"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("entry_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("idem_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.String(length=40)),
        sa.Column("sighting_id", sa.String(length=36)),
        sa.Column("rule", sa.String(length=20)),
        sa.Column("stage", sa.String(length=20)),
        sa.Column("rules_version", sa.Integer()),
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("refers_to", sa.BigInteger()),
        sa.Column("by_id", sa.String(length=40)),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_ledger_entry_person_id_person"),
        sa.ForeignKeyConstraint(
            ["refers_to"], ["ledger_entry.entry_id"], name="fk_ledger_entry_refers_to_ledger_entry"
        ),
        sa.ForeignKeyConstraint(["sighting_id"], ["sighting.sighting_id"], name="fk_ledger_entry_sighting_id_sighting"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_ledger_entry"),
        sa.CheckConstraint("entry_id > 0", name=op.f("ck_ledger_entry_number")),
        sa.CheckConstraint(
            "kind IN ('fund', 'hold', 'post', 'void', 'reverse', 'charge', 'redeem')", name=op.f("ck_ledger_entry_kind")
        ),
        sa.CheckConstraint(
            "(kind IN ('post', 'void', 'reverse')) = (refers_to IS NOT NULL)", name=op.f("ck_ledger_entry_reference")
        ),
        sa.CheckConstraint("refers_to < entry_id", name=op.f("ck_ledger_entry_backward")),
        sa.UniqueConstraint("idem_key", name="uq_ledger_entry_idem_key"),
    )
    op.create_index("ix_ledger_entry_person_id", "ledger_entry", ["person_id"])
    op.create_index("ix_ledger_entry_quarter", "ledger_entry", ["quarter", "kind"])
    op.create_index("ix_ledger_entry_sighting_id", "ledger_entry", ["sighting_id"])
    op.create_table(
        "ledger_posting",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.entry_id"], name="fk_ledger_posting_entry_id_ledger_entry"
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name="pk_ledger_posting"),
    )
    op.create_index("ix_ledger_posting_account", "ledger_posting", ["account", "points"])


def _guard_of_sqlite() -> None:
    for table in _APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )


def _guard_of_postgresql() -> None:
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION desk_refuses_change()"
        )
