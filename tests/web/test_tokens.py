"""Programs: a token opens what it was made for, in a header alone, and ends at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from web_site import WebSite

from web.access.permissions import Permission
from web.access.visitor import TheVisitor
from web.routes import me
from web.routing import Routes

Sites = Callable[..., WebSite]


def _routes() -> list[Routes]:
    routes = Routes()

    @routes.get("/api/test", needs=Permission.REPORT, scope="sightings:read")
    def read(request: Request, visitor: TheVisitor) -> Response:
        del request
        return PlainTextResponse(f"{visitor.known.name} by {visitor.via}")

    @routes.post("/api/test", needs=Permission.REPORT, scope="sightings:write")
    def write(request: Request) -> Response:
        del request
        return PlainTextResponse("written")

    return [routes, me.routes]


@pytest.fixture
def site(new_site: Sites) -> WebSite:
    return new_site(routes=_routes())


def test_a_token_opens_what_its_scope_says_in_its_persons_name(site: WebSite) -> None:
    program = site.program(site.token("rep", "sightings:read")[1])
    answer = program.get("/api/test")
    assert (answer.status_code, answer.text) == (200, "Rep Person by token")
    refused = program.post("/api/test")
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert "scope" not in refused.json()["title"]


def test_a_token_opens_no_page(site: WebSite) -> None:
    assert site.program(site.token("rep", "sightings:read", "sightings:write")[1]).get("/me").status_code == 403


def test_a_token_gives_no_permission_that_its_person_lacks(site: WebSite) -> None:
    program = site.program(site.token("viewer", "sightings:read", "sightings:write")[1])
    assert [program.get("/api/test").status_code, program.post("/api/test").status_code] == [403, 403]


def test_a_session_needs_no_scope(site: WebSite) -> None:
    client = site.client("rep")
    assert [client.get("/api/test").text, client.post("/api/test").text] == ["Rep Person by session", "written"]


def test_a_token_counts_in_the_header_alone(site: WebSite) -> None:
    secret = site.token("rep", "sightings:read")[1]
    for name in ("token", "access_token", "authorization"):
        answer = site.program().get("/api/test", params={name: secret})
        assert answer.status_code == 400
        assert "revoke this one" in answer.json()["detail"]  # logs and histories keep addresses
    nothing = site.program().get("/api/test")
    assert (nothing.status_code, nothing.headers["www-authenticate"]) == (401, "Bearer")
    client = site.program()
    client.cookies.set("detente", secret)
    assert client.get("/api/test").status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer  x", "Bearer det_none-such-secret-12345", "Basic eDp5", "det_x", "Bearer " + "x" * 5000],
)
def test_a_token_that_is_none_is_refused_even_beside_a_good_session(site: WebSite, header: str) -> None:
    client = site.client("rep")
    assert client.get("/api/test", headers={"Authorization": header}).status_code == 401


def test_a_revoked_token_is_dead_at_once(site: WebSite) -> None:
    token_id, secret = site.token("rep", "sightings:read")
    program = site.program(secret)
    assert program.get("/api/test").status_code == 200
    assert site.client("rep").post(f"/me/tokens/{token_id}/revoke").status_code == 303
    assert program.get("/api/test").status_code == 401


def test_nobody_revokes_the_token_of_somebody_else(site: WebSite) -> None:
    token_id, secret = site.token("rep", "sightings:read")
    assert site.client("admin").post(f"/me/tokens/{token_id}/revoke").status_code == 404
    assert site.program(secret).get("/api/test").status_code == 200


def test_a_token_is_shown_once_and_works(site: WebSite) -> None:
    client = site.client("rep")
    made = client.post("/me/tokens", data={"name": "laptop <b>", "scope": ["sightings:read"], "days": "90"})
    [secret] = [word.split("<")[0] for word in made.text.split(">") if word.startswith("det_")]
    assert site.program(secret).get("/api/test").status_code == 200
    later = client.get("/me").text
    assert secret not in later
    assert "laptop &lt;b&gt;" in later


@pytest.mark.parametrize(
    "form", [{"name": "", "scope": "sightings:read"}, {"name": "x"}, {"name": "x", "scope": "everything"}]
)
def test_a_token_that_cannot_be_made_says_why(site: WebSite, form: dict[str, str]) -> None:
    answer = site.client("rep").post("/me/tokens", data=form)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text
    assert "det_" not in answer.text
