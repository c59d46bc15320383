"""The desk's tables. What an auditor would want to see is only ever added to; a trigger refuses the rest.

A text that a person wrote stands in `sighting`, `note` and `attachment.file_name` alone, so that it can be erased;
events and the audit hold ids and enumerated words.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up by itself only in a column that is an INTEGER exactly.
_Serial = BigInteger().with_variant(Integer, "sqlite")


class _Time(TypeDecorator[datetime]):
    """A time, UTC-aware on both ways: SQLite keeps no zone, and PostgreSQL answers in the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC; a time without a zone is a mistake of ours."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} names no time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC-aware."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class _Money(TypeDecorator[Decimal]):
    """An amount to the cent; SQLite knows no decimals and keeps whole cents, which compare and sort as amounts do."""

    impl = Numeric(18, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Decimal] | TypeEngine[int]:
        """How the database keeps it."""
        return BigInteger() if dialect.name == "sqlite" else Numeric(18, 2)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Rounded to the cent."""
        if value is None:
            return None
        rounded = value.quantize(Decimal("0.01"))
        return int(rounded.scaleb(2)) if dialect.name == "sqlite" else rounded

    def process_result_value(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | None:
        """With two decimals."""
        if value is None:
            return None
        return Decimal(value).scaleb(-2).quantize(Decimal("0.01")) if dialect.name == "sqlite" else Decimal(value)


person = Table(
    "person",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("email", String(320), unique=True),
    Column("password_hash", String(300)),
    Column("manager_id", String(40), ForeignKey("person.person_id")),
    Column("created_at", _Time, nullable=False),
    Column("disabled_at", _Time),
    Column("erased_at", _Time),
)

person_role = Table(
    "person_role",
    metadata,
    Column("person_id", String(40), ForeignKey("person.person_id"), primary_key=True),
    Column("role", String(20), primary_key=True),
)

# who somebody is elsewhere: an OIDC issuer with its subject, a Slack team with its user
identity = Table(
    "identity",
    metadata,
    Column("provider", String(300), primary_key=True),
    Column("subject", String(300), primary_key=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False, index=True),
    Column("created_at", _Time, nullable=False),
    Column("expires_at", _Time, nullable=False),
    Column("ended_at", _Time),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
    Column("created_at", _Time, nullable=False),
    Column("expires_at", _Time, nullable=False),
    Column("used_at", _Time),
)

token = Table(
    "token",
    metadata,
    Column("token_id", String(40), primary_key=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", _Time, nullable=False),
    Column("expires_at", _Time),
    Column("revoked_at", _Time),
)

# One row per accepted sighting, written once; erasure blanks what a person wrote.
sighting = Table(
    "sighting",
    metadata,
    Column("sighting_id", String(36), primary_key=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False, index=True),
    Column("channel", String(10), nullable=False),
    Column("received_at", _Time, nullable=False, index=True),
    Column("sent_at", _Time),
    Column("digest", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("competitor", String(100), index=True),
    Column("competitor_name", String(200), nullable=False, default=""),
    Column("source", String(20)),
    Column("confidential", String(10)),
    Column("nda", String(10)),
    Column("meant_for_me", String(10)),
    Column("knew_me", String(10)),
    Column("own_prices", String(10)),
    Column("customer", String(200), nullable=False, default=""),
    Column("deal", String(200), nullable=False, default=""),
    Column("deal_amount_text", String(60), nullable=False, default=""),
    Column("deal_amount", _Money),
    Column("deal_currency", String(3)),
    Column("stage", String(20)),
    Column("close_on", Date),
    Column("area", String(200), nullable=False, default=""),
    Column("comparison", Text, nullable=False, default=""),
    Column("motive", String(20)),
    Column("confidence", String(10)),
    Column("happened_on", Date),
    Column("may_call", Boolean, nullable=False, default=False),
)

# Where a sighting stands: the fold of its events, kept so that lists are quick; a test folds anew and compares.
sighting_state = Table(
    "sighting_state",
    metadata,
    Column("sighting_id", String(36), ForeignKey("sighting.sighting_id"), primary_key=True),
    Column("gate", String(12), nullable=False),
    Column("is_withdrawn", Boolean, nullable=False),
    Column("read_at", _Time),
    Column("nudged_at", _Time),
    Column("last_event_id", BigInteger, nullable=False),
)

sighting_event = Table(
    "sighting_event",
    metadata,
    Column("event_id", _Serial, primary_key=True, autoincrement=True),
    Column("sighting_id", String(36), ForeignKey("sighting.sighting_id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", _Time, nullable=False),
    Column("person_id", String(40), ForeignKey("person.person_id")),
    # ids, rule names and enumerated words; never what a person wrote
    Column("detail", JSON, nullable=False),
    Index("ix_sighting_event_sighting", "sighting_id", "event_id"),
)

note = Table(
    "note",
    metadata,
    Column("note_id", String(40), primary_key=True),
    Column("sighting_id", String(36), ForeignKey("sighting.sighting_id"), nullable=False, index=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
    # question, answer or reason
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", _Time, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("attachment_id", String(36), primary_key=True),
    Column("sighting_id", String(36), ForeignKey("sighting.sighting_id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("file_name", String(200), nullable=False),
    # image (decoded and written anew), file (download only), or refused (nothing is stored; `reason` says why)
    Column("kind", String(10), nullable=False),
    Column("reason", String(200), nullable=False, default=""),
    Column("media_type", String(100), nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    # of what is stored, and of what came: the second finds the same photo sent twice
    Column("stored_hash", String(64)),
    Column("received_hash", String(64), nullable=False, index=True),
    Column("added_at", _Time, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("audit_id", _Serial, primary_key=True, autoincrement=True),
    Column("at", _Time, nullable=False),
    # null: the machine itself
    Column("person_id", String(40)),
    Column("action", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("detail", JSON, nullable=False),
)

# what somebody is to be told by mail; its words are made when it is sent
message = Table(
    "message",
    metadata,
    Column("message_id", String(40), primary_key=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("sighting_id", String(36), ForeignKey("sighting.sighting_id")),
    Column("created_at", _Time, nullable=False),
    Column("sent_at", _Time),
    Column("attempts", Integer, nullable=False, default=0),
)

# What a person says of two items: that they are one thing (merge), or not (split). The newest word on a pair counts.
cluster_edit = Table(
    "cluster_edit",
    metadata,
    Column("edit_id", _Serial, primary_key=True, autoincrement=True),
    Column("kind", String(10), nullable=False),
    Column("item_id", String(64), nullable=False, index=True),
    Column("other_id", String(64), nullable=False, index=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
    Column("at", _Time, nullable=False),
)

# What a reviewer found a sighting to be. The newest word of a reviewer counts; `taken_back` withdraws it.
review = Table(
    "review",
    metadata,
    Column("review_id", _Serial, primary_key=True, autoincrement=True),
    Column("sighting_id", String(36), ForeignKey("sighting.sighting_id"), nullable=False, index=True),
    # verified, context, wrong, fabricated or taken_back
    Column("outcome", String(12), nullable=False),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
    # the score and the reporter's name were hidden
    Column("is_blind", Boolean, nullable=False),
    Column("at", _Time, nullable=False),
)

# A verdict of Product on an item, which all items of its cluster share. A later one about the same item supersedes it.
decision = Table(
    "decision",
    metadata,
    Column("decision_id", String(40), primary_key=True),
    Column("item_id", String(64), nullable=False, index=True),
    # build, match, counter_message, price, watch or decline
    Column("kind", String(20), nullable=False),
    Column("theme", String(200)),
    Column("because", Text, nullable=False),
    Column("reply", Text, nullable=False, default=""),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
    Column("is_blind", Boolean, nullable=False),
    # what stood beside the item when it was decided: hundredths of a point; null where it had no score
    Column("score", Integer),
    Column("rules_version", Integer),
    Column("at", _Time, nullable=False),
)

# Which sightings stood in the cluster when it was decided: they contributed, whatever becomes of the cluster.
decision_sighting = Table(
    "decision_sighting",
    metadata,
    Column("decision_id", String(40), ForeignKey("decision.decision_id"), primary_key=True),
    Column("sighting_id", String(36), ForeignKey("sighting.sighting_id"), primary_key=True),
)

# Whether a decision was right, seen later.
decision_outcome = Table(
    "decision_outcome",
    metadata,
    Column("outcome_id", _Serial, primary_key=True, autoincrement=True),
    Column("decision_id", String(40), ForeignKey("decision.decision_id"), nullable=False, index=True),
    # right, partly or wrong
    Column("outcome", String(10), nullable=False),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
    Column("at", _Time, nullable=False),
)

# What is drawn by lot each week, so that what scores low is looked at, too.
review_sample = Table(
    "review_sample",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("item_id", String(64), primary_key=True),
    Column("score", Integer, nullable=False),
    # how likely it was to be drawn
    Column("probability", Float, nullable=False),
    Column("drawn_at", _Time, nullable=False),
)

# The rules by which something was scored or paid, as they stood.
rules_version = Table(
    "rules_version",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("seen_at", _Time, nullable=False),
)

# Double entry: an entry's postings sum to 0. What is written stays; a correction is an entry of its own.
ledger_entry = Table(
    "ledger_entry",
    metadata,
    # counts up from 1 without a gap: the place in the hash chain
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    # rule:stage:sighting, or what else must happen once
    Column("idem_key", String(200), nullable=False, unique=True),
    # fund, hold, post, void, reverse, charge or redeem
    Column("kind", String(10), nullable=False),
    Column("person_id", String(40), ForeignKey("person.person_id"), index=True),
    Column("sighting_id", String(36), ForeignKey("sighting.sighting_id"), index=True),
    Column("rule", String(20)),
    Column("stage", String(20)),
    Column("rules_version", Integer),
    Column("quarter", String(7), nullable=False),
    # the factors and ids that it was made of; never what a person wrote
    Column("reason", JSON, nullable=False),
    Column("refers_to", BigInteger, ForeignKey("ledger_entry.entry_id")),
    # who did it; null: the machine itself
    Column("by_id", String(40)),
    Column("at", _Time, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_ledger_entry_quarter", "quarter", "kind"),
    CheckConstraint("entry_id > 0", name="number"),
    CheckConstraint("kind IN ('fund', 'hold', 'post', 'void', 'reverse', 'charge', 'redeem')", name="kind"),
    CheckConstraint("(kind IN ('post', 'void', 'reverse')) = (refers_to IS NOT NULL)", name="reference"),
    CheckConstraint("refers_to < entry_id", name="backward"),
)

ledger_posting = Table(
    "ledger_posting",
    metadata,
    Column("entry_id", BigInteger, ForeignKey("ledger_entry.entry_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    # program:2026-Q4, pending:<person>, earned:<person>, redeemed:<person> or issued
    Column("account", String(80), nullable=False),
    Column("points", BigInteger, nullable=False),
    # with the points in it, a balance is read off the index
    Index("ix_ledger_posting_account", "account", "points"),
)

APPEND_ONLY = (
    "sighting_event", "audit", "cluster_edit", "review", "decision_sighting", "decision_outcome", "review_sample",
    "rules_version", "ledger_entry", "ledger_posting",
)  # fmt: skip
