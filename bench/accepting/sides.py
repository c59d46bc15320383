"""The sides that are measured, in one workspace: the bare endpoints, the form and the API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from bench.accepting.servers import CLIENTS, DETENTE, Side, bare
from desk import people, sign_in
from desk.database import Desk
from detente.clock import SystemClock

_COOKIE = "detente"
_FIELDS = {
    "sighting_id": "{id}",
    "text": "They offered our customer 30 % off for two years, on top of the Team plan. They decide on Friday. ({n})",
    "competitor": "{competitor}",
    "source": "customer",
    "confidential": "no",
    "customer": "Initech",
    "deal_amount": "120,000",
    "stage": "negotiation",
}
# what the form's page adds
_OF_THE_FORM = {"written_by": "{person}", "seconds_open": "42"}


def sides(folder: Path, workspace: Path) -> Sequence[Side]:
    """The bare endpoint first, then ours.

    Args:
        folder: Where the bare endpoint keeps what it is sent.
        workspace: The workspace that is served.
    """
    with (workspace / "detente.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[limits]\nsightings_per_minute = 1000000\n")
    ids, cookies, tokens = _signed_in(workspace / "data")
    competitor = min(path.stem for path in (workspace / "competitors").glob("*.toml"))
    fields = _FIELDS | {"competitor": competitor}
    inbox = workspace / "data" / "inbox"

    def ours(name: str, path: str, headers: Sequence[Mapping[str, str]], fields: Mapping[str, str]) -> Side:
        return Side(
            name=name,
            command=lambda _: [*DETENTE, "serve", "--no-flows", "--workspace", str(workspace)],
            path=path,
            fields=fields,
            file_field="files",
            stored=[inbox / "new", inbox / "kept"],
            behind=[inbox / "new"],
            headers=headers,
            people=ids,
        )

    by_cookie = [{"Cookie": f"{_COOKIE}={one}", "Sec-Fetch-Site": "same-origin"} for one in cookies]
    by_token = [{"Authorization": f"Bearer {one}"} for one in tokens]
    return [
        bare(folder, fields),
        bare(folder, fields, parsed=True),
        ours("the form", "/r/new", by_cookie, fields | _OF_THE_FORM),
        ours("the API", "/api/v1/sightings", by_token, {"sighting": json.dumps(fields)}),
    ]


def _signed_in(data: Path) -> tuple[list[str], list[str], list[str]]:
    """Ids, sessions and tokens of as many people as there are clients."""
    clock = SystemClock()
    now = clock.now()
    ids, cookies, tokens = [], [], []
    with closing(Desk.open(data, "", clock)) as desk, desk.writing() as connection:
        for number in range(CLIENTS):
            email = f"rep{number}@bench.test"
            rep = people.add_person(connection, name=f"Rep {number}", email=email, roles=["rep"], by=None, now=now)
            ids.append(rep.person_id)
            cookies.append(sign_in.begin_session(connection, rep.person_id, now, hours=12))
            made = sign_in.new_token(connection, rep.person_id, "bench", ["sightings:write"], now, days=1, by=None)
            tokens.append(made[1])
    return ids, cookies, tokens
