"""Pages: each template has its context, each file of others its licence, and what people wrote is text."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import logging
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import UndefinedError, meta, nodes
from starlette.requests import Request
from starlette.responses import Response
from waiting import soon
from web_site import WebSite

from desk import people
from detente.errors import ConflictError, DeskError, NotAllowedError, StorageError, SubmissionError
from web.access.permissions import Permission
from web.app import all_routes
from web.pages import CONTEXTS, ENVIRONMENT, STATIC, TEMPLATES, render, static_url
from web.routes import me
from web.routing import Routes

all_routes()  # each module names its templates
ALL = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
PARTS = {
    part
    for template in ALL
    for part in meta.find_referenced_templates(ENVIRONMENT.parse((TEMPLATES / template).read_text(encoding="utf-8")))
}
ALWAYS = {"frame", "when", "day"}


@pytest.mark.parametrize("template", sorted(ALL - PARTS))
def test_a_template_takes_what_its_dataclass_has_and_each_of_it_is_described(template: str) -> None:
    context = CONTEXTS[template]
    names = {field.name for field in dataclasses.fields(context)}
    parsed = ENVIRONMENT.parse((TEMPLATES / template).read_text(encoding="utf-8"))
    own = {
        name if isinstance(name, str) else name[1] for one in parsed.find_all(nodes.FromImport) for name in one.names
    }
    own |= {one.target.name for one in parsed.find_all(nodes.Assign) if isinstance(one.target, nodes.Name)}
    used = meta.find_undeclared_variables(parsed) - ALWAYS - own - set(ENVIRONMENT.globals)
    assert used <= names, f"{template} uses what {context.__name__} does not have"
    described = inspect.getdoc(context) or ""
    assert {name for name in names if f"{name}:" not in described} == set()


def test_a_context_cannot_be_shown_with_another_template(site: WebSite) -> None:
    request = Request({"type": "http", "headers": [], "method": "GET", "path": "/", "query_string": b""})
    page = me.MePage(tokens=(), scopes=(), days=(), has_password=False, faults={})
    with pytest.raises(TypeError, match="is not shown with MePage"):
        render(request, "home.html", page)


def test_a_name_that_a_template_does_not_know_is_an_error_and_not_nothing() -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ no_such_name }}").render()


def test_files_of_others_are_as_they_were_published_and_come_with_their_licence() -> None:
    folder = STATIC / "vendor"
    files = tomllib.loads((folder / "VENDOR.toml").read_text(encoding="utf-8"))["files"]
    for one in files:
        assert hashlib.sha256((folder / one["file"]).read_bytes()).hexdigest() == one["sha256"], one["file"]
        assert (folder / one["licence_file"]).stat().st_size > 300
    named = {one["file"] for one in files} | {one["licence_file"] for one in files} | {"VENDOR.toml"}
    assert {path.name for path in folder.iterdir()} == named


def test_style_and_pages_load_nothing_from_elsewhere() -> None:
    for path in (*STATIC.glob("*.css"), *STATIC.rglob("js/*.js")):
        assert not re.search(r"url\(|@import|https?://", path.read_text(encoding="utf-8")), path.name


def test_the_address_of_a_file_changes_with_its_content() -> None:
    digest = hashlib.sha256((STATIC / "detente.css").read_bytes()).hexdigest()
    assert static_url("detente.css") == f"/static/detente.css?v={digest[:12]}"
    with pytest.raises(FileNotFoundError):
        static_url("none.css")


PATHS = ["/sign-in", "/sign-in/link/x", "/ethics", "/privacy", "/", "/me", "/admin/people", "/admin/audit", "/none"]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_has_a_language_a_title_landmarks_and_a_way_past_the_head(site: WebSite, path: str) -> None:
    answer = site.client("admin" if not path.startswith("/sign-in") else None).get(path)
    text = answer.text
    assert '<html lang="en">' in text
    assert re.search(r"<title>[^<·]+ · Acme Corp</title>", text)
    assert [text.count(f"<{mark}") for mark in ("main ", "footer>", "h1>")] == [1, 1, 1]
    assert text.index('<a class="skip" href="#content">') < text.index("<nav" if "<nav" in text else "<main")
    assert "allowEval&#34;: false" in text or '"allowEval": false' in text


NAUGHTY = "<img src=x onerror=alert(1)>{{7*7}}"


def test_what_people_wrote_is_text_wherever_it_stands(new_site: Callable[..., WebSite]) -> None:
    site = new_site()
    with site.desk.writing() as c:
        name = NAUGHTY
        person = people.add_person(c, name=name, email="x@acme.test", roles=["admin"], by=None, now=site.clock.now())
    site.people["naughty"] = person
    client = site.client("naughty")
    token = client.post("/me/tokens", data={"name": "<script>x", "scope": "sightings:read"})
    assert token.status_code == 200
    for path in ("/", "/me", "/admin/people", "/admin/audit", "/admin/health"):
        text = client.get(path).text
        assert "<img" not in text, path
        assert "<script>x" not in text, path
        assert "49" not in re.sub(r"\d{2}:\d{2}|\b\d{4}\b|v=\w+|_\w+", "", text), path
    assert "<bdi>&lt;img" in client.get("/admin/people").text


def test_a_refused_form_keeps_what_was_typed_and_says_how_to_mend_it(site: WebSite) -> None:
    answer = site.client("admin").post("/admin/people", data={"name": "New Person", "email": "rep@acme.test"})
    assert answer.status_code == 422
    assert 'value="New Person"' in answer.text
    assert "Somebody has this e-mail already." in answer.text
    answer = site.client("admin").post("/admin/people", data={"name": "", "email": "no mail"})
    assert answer.status_code == 422
    assert 'value="no mail"' in answer.text
    assert answer.text.count('class="fault"') == 2


# Errors


def _failing() -> list[Routes]:
    routes = Routes()
    errors: dict[str, Exception] = {
        "full": StorageError("data/inbox: no room"),
        "desk": DeskError("the desk is busy"),
        "typed": SubmissionError({"text": "say what happened <b>"}),
        "faster": ConflictError("somebody was faster"),
        "not": NotAllowedError(""),
        "mistake": RuntimeError("canary-of-a-rep"),
    }

    def fail(request: Request, name: str) -> Response:
        del request
        raise errors[name]

    routes.get("/fail/{name}", needs=Permission.ANYONE)(fail)
    routes.get("/api/fail/{name}", needs=Permission.ANYONE)(fail)
    return [routes]


FAILURES = [
    ("full", 507, ["was not taken", "acknowledged before is safe", "send it again later"]),
    ("desk", 503, ["acknowledged before is safe", "send it again in a minute"]),
    ("typed", 422, ["say what happened &lt;b&gt;", "Nothing was saved"]),
    ("faster", 409, ["somebody was faster"]),
    ("not", 403, ["not open to you"]),
    ("mistake", 500, ["on our side", "acknowledged before is safe"]),
]


def test_who_only_looked_is_not_told_that_nothing_was_saved(site: WebSite) -> None:
    page = site.client("rep").get("/sightings")
    assert page.status_code == 403
    assert "Nothing was saved" not in page.text
    assert "Nothing was saved" in site.client("rep").post("/admin/people").text


@pytest.mark.parametrize(("name", "status", "words"), FAILURES)
def test_an_error_says_what_happened_what_was_kept_and_what_to_do(
    new_site: Callable[..., WebSite], caplog: pytest.LogCaptureFixture, name: str, status: int, words: list[str]
) -> None:
    site = new_site(routes=_failing())
    page = site.client().get(f"/fail/{name}")
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert all(word in page.text for word in words), page.text
    problem = site.client().get(f"/api/fail/{name}")
    assert problem.status_code == status
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == status
    assert problem.json()["title"]
    for told in (page.text, problem.text, caplog.text):
        assert "canary" not in told
        assert "Traceback" not in told
        assert "no room" not in told or told == caplog.text
    if status >= 500:
        assert "test_pages.py" in caplog.text  # where it was, for who looks after it


def _access(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "detente.access"]


def test_the_log_names_routes_and_no_address(
    new_site: Callable[..., WebSite], caplog: pytest.LogCaptureFixture
) -> None:
    site = new_site()
    with caplog.at_level("INFO", logger="detente.access"):
        site.client().get("/sign-in/link/canary-secret?next=/canary")
        site.client().post("/sign-in/mail", data={"email": "canary@acme.test"})
        site.client().get("/canary-path?q=canary")
        soon(lambda: len(_access(caplog)) >= 3)  # a line is written behind its answer
    assert [record.getMessage().split(" ")[:3] for record in _access(caplog)] == [
        ["GET", "/sign-in/link/{secret}", "200"],
        ["POST", "/sign-in/mail", "200"],
        ["GET", "-", "404"],
    ]
    assert "canary" not in caplog.text


@pytest.mark.slow
def test_the_pages_process_never_loads_prefect() -> None:
    code = (
        "import sys, cli.main, cli.web; from web.app import all_routes; all_routes(); print('prefect' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.stdout == "False\n", ended.stderr


def test_no_module_of_the_pages_names_prefect_or_the_flows() -> None:
    for path in Path(TEMPLATES).parent.rglob("*.py"):
        assert not re.search(r"^\s*(?:from|import) (?:prefect|flows)\b", path.read_text(encoding="utf-8"), re.M), path
