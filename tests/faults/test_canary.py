"""What the gate holds back stands nowhere but in the inbox, on the desk and on legal's pages: searched as bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served, multipart, new_id, photo, sighting

import web.routes
from web.app import all_routes

pytestmark = pytest.mark.slow
CANARY = "Kanarienvogel"
HELD = {"source": "customer", "confidential": "yes", "competitor": "globex"}
ROLES = ["ravi", "pat", "sal", "ada", "vic", "rita", ""]


def words(way: str) -> dict[str, str]:
    """Every field that takes a text, each with the canary."""
    names = ("text", "customer", "deal", "area", "comparison")
    return {name: f"{CANARY} {way} {name}" for name in names}


def by_api(served: Served) -> str:
    sighting_id = new_id()
    files = [(f"{CANARY}-api.txt", f"{CANARY} in a file".encode()), (f"{CANARY}.jpg", photo(CANARY))]
    status, _ = served.report("rita", sighting_id, **{**HELD, **words("api")}, files=files)
    assert status == 201
    later = {**served.headers("rita"), "Idempotency-Key": new_id()}
    body = multipart({"confidential": "no"}, [(f"{CANARY}-later.txt", f"{CANARY} in a later file".encode())], "file")
    assert served.ask("POST", f"/api/v1/sightings/{sighting_id}/attachments", body, later)[0] == 201
    return sighting_id


def by_form(served: Served) -> str:
    sighting_id = new_id()
    form = {"sighting_id": sighting_id, "written_by": served.person_ids["rita"], "seconds_open": "30"}
    status, _ = served.send_form("rita", "/r/new", {**HELD, **words("form"), **form})
    assert status == 303
    return sighting_id


def by_terminal(served: Served) -> None:
    text = words("terminal")
    more = [word for name, value in text.items() if name != "text" for word in (f"--{name}", value)]
    answers = ["--source", "customer", "--confidential", "not_sure", "--as", "rita@acme.test"]
    ended = served.run("sighting", "add", text["text"], *more, *answers)
    assert ended.returncode == 0, ended.stderr


def by_table(served: Served, folder: Path) -> None:
    row = {
        "id": new_id(),
        **words("table"),
        "source": "document",
        "confidential": "no",
        "nda": "yes",
        "meant_for_me": "yes",
    }
    table = folder / "table.csv"
    table.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    ended = served.run("sighting", "import", str(table), "--as", "rita@acme.test")
    assert ended.returncode == 0, ended.stderr + ended.stdout


def by_mail(served: Served, folder: Path) -> None:
    # without a source it waits, and who waits is held back too
    mail = folder / "mail.eml"
    mail.write_text(
        f"From: rita@acme.test\nTo: intel@acme.test\nSubject: {CANARY} mail subject\nMessage-ID: <{CANARY}@acme.test>\n"
        f"Date: Thu, 26 Nov 2026 04:00:00 +0000\nContent-Type: text/plain\n\n{CANARY} mail text\n"
    )
    ended = served.run("sighting", "mail", str(mail))
    assert ended.returncode == 0, ended.stderr + ended.stdout


def pages(ids: list[str]) -> Iterator[str]:
    """Every route that can be looked at, with every id."""
    for routes in all_routes():
        for route in routes.all:
            if "GET" not in route.methods or "oidc" in route.path:
                continue
            if "{" not in route.path:
                yield route.path
                yield f"{route.path}?q={CANARY}&competitor=globex&deal={CANARY}&unread=1"
            for one in ids:
                filled = re.sub(r"\{(sighting_id|entry_id|attachment_id)(:uuid)?\}", one, route.path)
                filled = filled.replace("{position}", "0").replace("{secret}", "x" * 43).replace("{name:path}", "x.js")
                if "{" in route.path:
                    yield filled
                    yield f"{filled}?new=1"


def holding(folder: Path, *, without: tuple[str, ...] = ()) -> list[str]:
    """Files below a folder that hold the canary, in any of the ways in which bytes may stand in a file."""
    forms = [CANARY.encode(form) for form in ("utf-8", "utf-16-le")] + [CANARY.lower().encode()]
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.relative_to(folder).as_posix().startswith(without)
        and any(form in path.read_bytes() for form in forms)
    ]


def test_what_is_held_back_stands_nowhere_else(made: Served, tmp_path: Path) -> None:
    assert web.routes is not None
    served = made.start()
    ids = [by_api(served), by_form(served)]
    by_terminal(served)
    by_table(served, tmp_path)
    by_mail(served, tmp_path)
    # so that there is something to be published
    assert served.report("rita", new_id(), "Globex cut its price by a tenth.")[0] == 201
    served.wait_until_indexed()
    ids = [row[0] for row in served.rows("SELECT sighting_id FROM sighting")] + [
        row[0] for row in served.rows("SELECT attachment_id FROM attachment")
    ]
    states = [row[0] for row in served.rows("SELECT gate FROM sighting_state ORDER BY 1")]
    assert states == ["cleared", "quarantined", "quarantined", "quarantined", "quarantined", "waiting"]

    for name in ROLES:
        for path in pages(ids):
            status, body = served.page(name, path)
            if name == "rita" and CANARY.encode() in body:
                # what waits for an answer, its reporter may read
                assert b"mail" in body
                assert b"api" not in body.replace(b"/api/", b"")
                continue
            if f"q={CANARY}" not in path:
                assert CANARY.encode() not in body, f"{name or 'nobody'} reads it on {path} ({status})"
        if name:
            for path in ["/api/v1/sightings", *(f"/api/v1/sightings/{one}" for one in ids)]:
                assert CANARY.encode() not in served.ask("GET", path, headers=served.headers(name))[1], (name, path)
    # the same pages do show it to legal, so that this test can fail
    assert CANARY.encode() in served.page("lee", f"/quarantine/{ids[0]}")[1] + served.page("lee", "/quarantine")[1]

    assert served.run("run", "build").returncode == 0
    assert served.run("export", str(tmp_path / "out"), "--format", "json").returncode == 0
    sql = served.run("sql", "SELECT count(*) AS n FROM sighting")
    assert sql.returncode == 0
    assert b"1" in sql.stdout
    assert served.run("person", "export", "ravi@acme.test", "--to", str(tmp_path / "ravi.zip")).returncode == 0
    with zipfile.ZipFile(tmp_path / "ravi.zip") as exported:
        exported.extractall(tmp_path / "ravi")
    served.stop()

    allowed = ("inbox/", "desk.sqlite")
    assert holding(served.folder / "data", without=allowed) == []
    assert holding(tmp_path, without=("acme/", "table", "mail.eml")) == []
    assert CANARY not in served.log.read_text()
    assert {one.partition("/")[0] for one in holding(served.folder / "data")} == {"inbox", "desk.sqlite"}


def test_a_refused_sighting_leaves_no_word_in_answer_or_log(served: Served) -> None:
    for fields in ({"source": CANARY}, {"competitor": CANARY}, {"deal_amount": CANARY}, {"text": CANARY * 3000}):
        form = (
            {"sighting": sighting(new_id(), f"{CANARY} refused", **fields)}
            if "text" not in fields
            else {"sighting": sighting(new_id(), fields["text"])}
        )
        status, body = served.ask("POST", "/api/v1/sightings", multipart(form), served.headers("rita"))
        assert status == 422, body
        assert f"{CANARY} refused".encode() not in body
    served.stop()
    assert CANARY not in served.log.read_text()
