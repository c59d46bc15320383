"""A PostgreSQL server that a test process starts for itself, on a socket in a folder of its own, and ends."""

from __future__ import annotations

import getpass
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# What is lost when the machine loses power is a test's; so nothing is waited for.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=60")
PASSWORD = "only the tests know it"
# A user of its own that needs a password; everybody else is let in.
_WHO_MAY = "local all with_password scram-sha-256\nlocal all all trust\n"
# The server ends, and its folder goes, as soon as this process does not hold the pipe any more: even when it is killed.
_GUARD = '"$@" & server=$!; read -r _; kill -INT $server; wait $server; rm -rf "$0"'


def programs() -> tuple[str, ...]:
    """Where the server's program can be: Debian keeps it out of the path, one folder per version."""
    found = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return ("postgres", *map(str, sorted(found, key=lambda path: int(path.parts[4].split(".")[0]), reverse=True)))


@dataclass
class PostgreSQL:
    """A running server.

    Attributes:
        folder: Where its socket and its data are.
    """

    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_database(self, *, template: str = "template0") -> str:
        """Makes a database and returns its name; nobody may have the template open meanwhile."""
        name = f"desk_{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, database: str) -> None:
        """Removes a database, whoever has it open: each takes 8 MB."""
        self.run(f'DROP DATABASE "{database}" WITH (FORCE)')

    def url(self, database: str, *, user: str = "detente") -> str:
        """The address of a database, as `desk.url` takes it."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Runs a statement as the owner of the server."""
        import psycopg  # noqa: PLC0415  (every test process loads this file, and few need a server)

        with psycopg.connect(host=str(self.folder), user="detente", dbname=database, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """Starts a server and ends it; as root it runs as another user, since it refuses to run as root."""
    binaries = Path(next(filter(None, map(shutil.which, programs())))).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="detente-pg-", dir="/tmp"))  # the socket's path must be short
    guard = None
    try:
        other = _another_user()
        if other:
            os.chown(folder, other["user"], other["group"])
        data = folder / "data"
        how = ["-U", "detente", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
        subprocess.run([binaries / "initdb", "-D", data, *how], check=True, capture_output=True, cwd=folder, **other)
        (data / "pg_hba.conf").write_text(_WHO_MAY)
        settings = [word for setting in _QUICK for word in ("-c", setting)]
        where = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        with (folder / "log").open("wb") as log:
            command = ["sh", "-c", _GUARD, folder, binaries / "postgres", "-D", data, *where, *settings]
            # in a session of its own: whoever kills all processes of the tests leaves it the time to tidy up
            other["start_new_session"] = True
            guard = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", **other)
        started = PostgreSQL(folder)
        _wait_for(started)
        started.run(f"CREATE ROLE with_password LOGIN PASSWORD '{PASSWORD}'")
        yield started
    finally:
        if guard is not None:
            guard.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _another_user() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _wait_for(server: PostgreSQL) -> None:
    import psycopg  # noqa: PLC0415

    for _ in range(300):
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start as {getpass.getuser()}: {(server.folder / 'log').read_text()}")
