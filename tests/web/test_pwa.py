"""The form as an application of a phone: what is kept there, and how little it is."""

from __future__ import annotations

import re

import httpx
from bs4 import BeautifulSoup
from web_site import WebSite


def test_the_page_without_a_connection_is_nobodys(site: WebSite) -> None:
    pages = {site.client(who).get("/offline").text for who in (None, "rep", "pm")}
    [page] = pages
    assert "Globex" not in page
    assert "Person" not in page
    assert not any(person.person_id in page for person in site.people.values())


def test_the_service_worker_is_the_same_for_everybody_and_lists_files_that_are_there(site: WebSite) -> None:
    workers = {site.client(who).get("/sw.js").text for who in (None, "rep", "pm")}
    [worker] = workers
    listed = re.findall(r'"(/[^"]+)"', worker.partition("\n// ")[0])
    assert "/offline" in listed
    assert {site.client().get(path).status_code for path in listed} == {200}


def test_whatever_the_form_loads_is_kept_for_it_by_the_service_worker(site: WebSite) -> None:
    worker = site.client().get("/sw.js").text
    page = BeautifulSoup(site.client().get("/offline").text, "lxml")
    kept = {"/manifest.webmanifest", *re.findall(r'"(/[^"]+)"', worker)}
    asked = {one.get("href") or one.get("src") for one in page.select("link[href], script[src]")}
    imports = {
        f"/static/js/{name}"
        for path in kept
        if "/js/" in path
        for name in re.findall(r'(?:from|import) "\./([\w.]+)"', site.client().get(path).text)
    }
    assert asked - kept == {page.select_one("link[rel=apple-touch-icon]")["href"]}
    assert imports <= kept


def test_the_service_worker_is_renewed_with_the_form(site: WebSite) -> None:
    answer = site.client().get("/sw.js")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["service-worker-allowed"] == "/"


def test_a_browser_that_asks_for_the_icon_at_the_address_of_old_gets_it(site: WebSite) -> None:
    answer = site.client().get("/favicon.ico")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


def transferred(client: httpx.Client, path: str) -> int:
    """Bytes of an answer's body as they come over the line."""
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200, path
        return sum(len(piece) for piece in answer.iter_raw())


def test_the_form_with_all_that_it_loads_is_at_most_45_kilobytes(site: WebSite) -> None:
    client = site.client("rep")
    page = BeautifulSoup(client.get("/r/new").text, "lxml")
    paths = ["/r/new", "/sw.js", "/manifest.webmanifest", "/static/icons/detente-192.png"]
    paths += [one.get("href") or one.get("src") for one in page.select("link[href], script[src]")]
    sizes = {path: transferred(client, path) for path in dict.fromkeys(paths)}
    assert len(sizes) > 15
    assert sum(sizes.values()) <= 45_000, sizes
