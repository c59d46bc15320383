"""How the desk's tables came to be, step by step; run by the desk itself whenever it is opened."""

from __future__ import annotations

import threading

from sqlalchemy import Connection, inspect, text

from detente.errors import DeskError

# The newest step; a test holds it against the files.
HEAD = "0002"
VERSION_TABLE = "desk_version"

# Alembic keeps the migration that is under way in module variables.
_one_at_a_time = threading.Lock()


def is_current(connection: Connection) -> bool:
    """Whether the tables are those of this version; costs no import of Alembic."""
    return _version(connection) == HEAD


def migrate(connection: Connection, where: str) -> None:
    """Brings the tables to this version, in the transaction of `connection`.

    Raises:
        DeskError: They are those of a newer version.
    """
    from alembic import command  # noqa: PLC0415  (a third of a second that a current desk need not spend)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "desk:migrations")
    config.attributes["connection"] = connection
    version = _version(connection)
    steps = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in steps:
        raise DeskError(f"{where}: made by a newer Détente (its tables are of step {version}): upgrade Détente")
    with _one_at_a_time:
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()
    return None if found is None else str(found)
