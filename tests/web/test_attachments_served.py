"""A file is saved and never rendered, only by who may see its sighting; what is damaged is told, never shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from pictures import photo
from reports_sent import send, words
from web_site import WebSite

from desk.following import sightings
from web.routes.attachments import disposition

NewSite = Callable[..., WebSite]


def files_of(site: WebSite, sighting_id: str) -> list[sightings.AttachmentRow]:
    with site.desk.reading() as c:
        return list(sightings.attachments_of(c, sighting_id))


@pytest.fixture(scope="module")
def sent(site: WebSite) -> tuple[str, str, str]:
    """A sighting with a photo and a page that came as a file; the ids of all three."""
    sighting_id = send(
        site, "rep", "Two files.", files=[("slide.jpg", photo()), ("page.html", b"<script>alert(1)</script>")]
    )
    first, second = files_of(site, sighting_id)
    return sighting_id, first.attachment_id, second.attachment_id


@pytest.mark.parametrize("which", [1, 2])
def test_a_file_comes_as_an_attachment_that_nothing_renders(site: WebSite, sent: tuple[str, ...], which: int) -> None:
    answer = site.client("rep").get(f"/a/{sent[which]}")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    assert "no-store" in answer.headers["cache-control"]


def test_only_a_photo_that_was_written_anew_is_called_an_image(site: WebSite, sent: tuple[str, ...]) -> None:
    rep = site.client("rep")

    assert rep.get(f"/a/{sent[1]}").headers["content-type"] == "image/jpeg"
    assert rep.get(f"/a/{sent[2]}").headers["content-type"] == "application/octet-stream"
    page = rep.get(f"/r/{sent[0]}").text
    assert f'<img src="/a/{sent[1]}"' in page
    assert f'<img src="/a/{sent[2]}"' not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("rep", 200),
        ("pm", 200),
        ("sales_lead", 200),
        ("admin", 200),
        ("other_rep", 404),
        ("legal", 404),
        ("viewer", 403),
    ],
)
def test_who_may_not_see_the_sighting_finds_no_file(
    site: WebSite, sent: tuple[str, ...], who: str, status: int
) -> None:
    client = site.client(who)

    answer = client.get(f"/a/{sent[1]}")

    assert answer.status_code == status
    if status == 404:
        assert answer.text == client.get(f"/a/{uuid.uuid4()}").text


def test_who_is_not_signed_in_is_sent_to_sign_in(site: WebSite, sent: tuple[str, ...]) -> None:
    answer = site.client().get(f"/a/{sent[1]}")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["1", "..%2f..%2fdesk.sqlite", "%00", "x" * 400, str(uuid.UUID(int=0))])
def test_an_id_that_is_none_is_no_file(site: WebSite, path: str) -> None:
    assert site.client("rep").get(f"/a/{path}").status_code == 404


def test_a_file_of_a_withdrawn_sighting_is_no_longer_had_by_product(new_site: NewSite) -> None:
    site = new_site()
    sighting_id = send(site, "rep", "One file.", files=[("a.jpg", photo())])
    [one] = files_of(site, sighting_id)
    assert site.client("pm").get(f"/a/{one.attachment_id}").status_code == 200

    with site.desk.writing() as c:
        sightings.withdraw(c, sighting_id, by=site.people["rep"].person_id, now=site.clock.now())

    assert site.client("pm").get(f"/a/{one.attachment_id}").status_code == 404


@pytest.mark.parametrize("damage", ["missing", "other bytes"])
def test_a_damaged_file_is_told_and_never_shown(new_site: NewSite, damage: str) -> None:
    site = new_site()
    sighting_id = send(site, "rep", "One file.", files=[("a.jpg", photo())])
    [one] = files_of(site, sighting_id)
    path = site.services.attachments.path(str(one.stored_hash))
    path.unlink()
    if damage == "other bytes":
        path.write_bytes(photo(colour="tomato"))

    page, answer = (site.client("rep").get(where) for where in (f"/r/{sighting_id}", f"/a/{one.attachment_id}"))

    assert "evidence damaged" in words(page)
    assert "<img" not in page.text
    assert answer.status_code == 410
    assert "Evidence damaged" in words(answer)


NAMES = [
    ("slide.jpg", "slide.jpg"),
    ("../../etc/passwd", None),
    ("C:\\x\\y.exe", None),
    ("a\r\nSet-Cookie: a=b", None),
    ('a"; filename="b.html', None),
    ("\u202egpj.exe", None),
    ("CON", None),
    ("", None),
    ("x" * 4000, None),
    ("Prüfbericht 100 %.pdf", None),
    ("日本語.png", None),
]


@pytest.mark.parametrize(("name", "plain"), NAMES)
def test_a_name_is_offered_that_no_program_can_be_led_astray_by(name: str, plain: str | None) -> None:
    header = disposition(name)

    assert header.isascii()
    assert header.isprintable()
    kind, first, whole = header.split("; ")
    assert kind == "attachment"
    offered = first.removeprefix('filename="').removesuffix('"')
    assert not set('"\\/%') & set(offered)
    assert whole.startswith("filename*=UTF-8''")
    decoded = unquote(whole.removeprefix("filename*=UTF-8''"))
    assert decoded
    assert len(decoded) <= 200
    assert not set("/\\\r\n\u202e") & set(decoded)
    if plain:
        assert (offered, decoded) == (plain, plain)


def test_a_name_of_other_letters_comes_whole(new_site: NewSite) -> None:
    site = new_site()
    sighting_id = send(site, "rep", "One file.", files=[("Prüfbericht 日本.pdf", b"x")])
    [one] = files_of(site, sighting_id)

    header = site.client("rep").get(f"/a/{one.attachment_id}").headers["content-disposition"]

    assert unquote(header.split("UTF-8''")[1]) == "Prüfbericht 日本.pdf"
