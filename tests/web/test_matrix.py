"""Every route says what it needs, and what everybody gets stands in a table."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from web_site import WebSite, web_site

from web.access.permissions import ALLOWED, Permission, has
from web.app import all_routes, refuse_unguarded
from web.routing import GuardedRoute

MATRIX = Path(__file__).parent / "matrix.csv"
WHO = ("anonymous", "rep", "pm", "sales_lead", "legal", "admin", "viewer", "disabled")
UNKNOWN = "00000000-0000-4000-8000-000000000000"
REFUSED = {"303 /sign-in", "401", "403"}

pytestmark = pytest.mark.slow


def _cases() -> list[tuple[str, GuardedRoute]]:
    """Every method of every route, with the two that no module registers by itself."""
    found: dict[tuple[str, str], GuardedRoute] = {}
    for routes in all_routes():
        for route in routes.all:
            for method in sorted(route.methods or ()):
                found[method, route.path] = route
            found.setdefault(("OPTIONS", route.path), route)
    return sorted(((method, route) for (method, _), route in found.items()), key=lambda one: (one[1].path, one[0]))


def _told(answer: httpx.Response) -> str:
    where = answer.headers.get("location", "")
    return f"303 {where.split('?')[0]}" if answer.status_code == 303 else str(answer.status_code)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[str]]:
    """By method and path, what each of them is told. What a request changes must not be seen by the next."""
    running = web_site(tmp_path_factory.mktemp("matrix") / "workspace")
    told: dict[tuple[str, str], list[str]] = {}
    clients: dict[str, httpx.Client] = {}
    try:
        for method, route in _cases():
            path = re.sub(r"\{[^}]*\}", lambda part: "7" if ":int" in part[0] else UNKNOWN, route.path)
            row = []
            for who in WHO:
                if who not in clients:
                    clients[who] = running.client(None if who == "anonymous" else who)
                answer = clients[who].request(method, path)
                row.append(_told(answer))
                if method == "POST" and answer.status_code < 400:  # it may have ended the session
                    del clients[who]
            told[method, route.path] = row
    finally:
        running.close()
    return told


def _matrix() -> dict[tuple[str, str], list[str]]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["method", "path", "needs", *WHO]
    return {(row[0], row[1]): row[2:] for row in rows}


def test_the_table_says_of_every_route_what_everybody_gets(answers: dict[tuple[str, str], list[str]]) -> None:
    needs = {(method, route.path): route.needs.value for method, route in _cases()}
    found = {case: [needs[case], *row] for case, row in answers.items()}
    table = _matrix()
    lines = [",".join([*case, *row]) for case, row in found.items() if table.get(case) != row]
    assert not lines, "put these lines into tests/web/matrix.csv, where they are right:\n" + "\n".join(lines)
    assert not sorted(set(table) - set(found)), "these lines of tests/web/matrix.csv have no route any more"


def test_who_lacks_the_permission_is_refused_whatever_the_route_does(
    site: WebSite, answers: dict[tuple[str, str], list[str]]
) -> None:
    for method, route in _cases():
        if method == "OPTIONS":
            continue
        for who, told in zip(WHO, answers[method, route.path], strict=True):
            person = None if who == "anonymous" else site.people[who]
            if not has(person, route.needs):
                assert told in REFUSED, f"{method} {route.path}: {who} gets {told}"
            else:
                assert told not in {"401", "403"}, f"{method} {route.path}: {who} gets {told}"


def test_options_and_unknown_paths_tell_nothing(answers: dict[tuple[str, str], list[str]], site: WebSite) -> None:
    assert {told for (method, _), row in answers.items() if method == "OPTIONS" for told in row} == {"405"}
    assert site.client("admin").get("/admin/none").status_code == 404


def test_head_is_answered_as_get_is(answers: dict[tuple[str, str], list[str]]) -> None:
    gets = {path: row for (method, path), row in answers.items() if method == "GET"}
    assert gets
    assert gets == {path: row for (method, path), row in answers.items() if method == "HEAD"}


@pytest.mark.parametrize(
    "stray",
    [
        Route("/stray", lambda _: PlainTextResponse("open")),
        Mount("/files", StaticFiles(directory=Path(__file__).parent)),
    ],
    ids=["route", "mount"],
)
def test_an_application_with_a_route_that_names_no_permission_is_not_made(stray: Route | Mount) -> None:
    with pytest.raises(TypeError, match="says not what it needs"):
        refuse_unguarded([stray])


def test_no_permission_but_the_two_for_all_is_left_without_roles() -> None:
    assert set(ALLOWED) == set(Permission) - {Permission.ANYONE, Permission.SIGNED_IN}
    assert all(ALLOWED.values())
