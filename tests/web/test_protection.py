"""What stands before every route: hosts, forms of others, headers, paths, bodies."""

from __future__ import annotations

import csv
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import soon
from web_site import WebSite

from web.access.protection import CONTENT_SECURITY_POLICY
from web.app import all_routes

CASES = Path(__file__).parent / "cases"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def _table(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Who may change something


@pytest.mark.parametrize("case", _table("own_requests.csv"), ids=lambda case: case["case"].replace(" ", "_"))
def test_only_our_own_pages_and_programs_may_change_something(site: WebSite, case: dict[str, str]) -> None:
    names = {"authorization": "Authorization", "sec_fetch_site": "Sec-Fetch-Site", "origin": "Origin"}
    headers = {name: case[key].replace("OWN", site.url) for key, name in names.items() if case[key]}
    client = site.program()
    if case["cookie"]:
        client.cookies.set("something", "else")
    answer = client.post("/sign-out", headers=headers | {"Content-Type": case["content_type"]}, content=b"a=b")
    assert answer.status_code == (303 if case["is_taken"] == "yes" else 403)


@pytest.mark.parametrize("case", [case for case in _table("own_requests.csv") if case["is_taken"] == "no"][:4])
def test_looking_is_free_wherever_it_comes_from(site: WebSite, case: dict[str, str]) -> None:
    headers = {"Origin": case["origin"], "Sec-Fetch-Site": case["sec_fetch_site"]}
    assert site.client().get("/sign-in", headers=headers).status_code == 200


# Hosts


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1", "evil.test:80", "", "127.0.0.1:1"])
def test_a_host_that_is_not_ours_is_refused(site: WebSite, host: str) -> None:
    answer = site.raw(f"GET /sign-in HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 421")
    assert b"evil" not in answer


def test_this_machine_knows_the_site_by_its_loopback_names_and_by_its_address(new_site: Callable[..., WebSite]) -> None:
    site = new_site('[web]\nbase_url = "https://Intel.Acme.test/"\n')
    port = site.url.rpartition(":")[2]
    for host in ("intel.acme.test", "INTEL.acme.test:443", f"localhost:{port}", f"127.0.0.1:{port}"):
        assert site.client(host=host).get("/health").status_code == 200, host


def test_links_and_redirects_are_made_of_the_settings_alone(new_site: Callable[..., WebSite]) -> None:
    mail = '[mail]\nhost = "127.0.0.1"\nsender = "detente@acme.test"\n'
    site = new_site('[web]\nbase_url = "https://intel.acme.test"\n' + mail, beside=True)
    spoofed = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.test"}
    answer = site.client(host="intel.acme.test").post("/sign-in/mail", data={"email": "rep@acme.test"}, headers=spoofed)
    assert answer.status_code == 200
    text = _letter(site)
    assert "https://intel.acme.test/sign-in/link/" in text
    assert "evil" not in text


def _letter(site: WebSite) -> str:
    return soon(lambda: site.letters)[-1].get_content()


def test_addresses_of_visitors_are_taken_from_trusted_proxies_alone(new_site: Callable[..., WebSite]) -> None:
    for trusted, expected in (("", 429), ('trusted_proxies = ["127.0.0.1"]\n', 200)):
        site = new_site(f"[web]\n{trusted}")
        client = site.client()
        told = [
            client.post(
                "/sign-in/mail",
                data={"email": "nobody@acme.test"},
                headers={"X-Forwarded-For": f"203.0.113.{number}"},
            ).status_code
            for number in range(31)
        ]
        assert told[-1] == expected, trusted


# Headers


@pytest.mark.slow
def test_every_answer_of_every_route_carries_the_headers(site: WebSite) -> None:
    client = site.client("admin")
    paths = {re.sub(r"\{[^}]*\}", UNKNOWN, route.path) for routes in all_routes() for route in routes.all}
    for path in [*sorted(paths), "/none", "/static/detente.css", "/static/../web/app.py"]:
        for method in ("GET", "OPTIONS", "HEAD"):
            answer = client.request(method, path)
            headers = answer.headers
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert "unsafe" not in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "no-referrer", path
            assert "cache-control" in headers, path
            assert "server" not in headers, path
            assert "strict-transport-security" not in headers  # by http it would lock people out


def test_https_is_asked_for_where_people_use_it(new_site: Callable[..., WebSite]) -> None:
    site = new_site('[web]\nbase_url = "https://intel.acme.test"\n')
    answer = site.client(host="intel.acme.test").get("/health")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize("path", ["/", "/me", "/admin/people", "/admin/audit", "/admin/health", "/r/new"])
def test_private_pages_stay_in_no_cache(site: WebSite, path: str) -> None:
    answer = site.client("admin").get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


def test_files_with_their_hash_in_the_address_are_kept_for_ever_and_others_asked_for(site: WebSite) -> None:
    client = site.client()
    page = client.get("/sign-in").text
    [style] = re.findall(r'href="(/static/detente\.css\?v=[0-9a-f]{12})"', page)
    kept = client.get(style)
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-encoding"] == "gzip"
    asked = client.get("/static/detente.css")
    assert asked.headers["cache-control"] == "no-cache"
    assert client.get("/static/detente.css", headers={"If-None-Match": asked.headers["etag"]}).status_code == 304


def test_no_script_or_style_stands_in_a_page_and_none_is_let_in() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert re.search(r"script-src 'self'(;|$)", CONTENT_SECURITY_POLICY)
    templates = Path(__file__).parents[2] / "web" / "templates"
    for template in templates.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), template
        assert not re.search(r"(?:src|href|action)=[\"']https?:", text), template


# Paths


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2f%2e%2e%2fpyproject.toml",
        "/static//etc/passwd",
        "/static/vendor/VENDOR.toml",
        "/static/vendor/",
        "/static/",
        "//static/detente.css",
        "/static/detente.css%00.html",
        "/static/..\\app.py",
        "/admin//people",
        "/admin/people/",
        "/ADMIN/people",
        "/me/%2e%2e/admin/people",
    ],
)
def test_a_path_leads_nowhere_else_than_it_says(site: WebSite, path: str) -> None:
    host = site.url.removeprefix("http://")
    answer = site.raw(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404"), answer[:200]
    assert b"Content-Security-Policy".lower() in answer.lower()


def test_a_websocket_is_not_opened(site: WebSite) -> None:
    host = site.url.removeprefix("http://")
    answer = site.raw(
        f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert not answer.startswith(b"HTTP/1.1 101")


# Bodies


def _post(site: WebSite, path: str, *headers: str, cookie: str = "") -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {site.url.removeprefix('http://')}",
        "Sec-Fetch-Site: same-origin",
        *headers,
        *([f"Cookie: {site.services.site.cookie}={cookie}"] if cookie else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _opened(site: WebSite) -> socket.socket:
    host, _, port = site.url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def test_a_body_that_says_it_is_too_long_is_refused_before_it_comes(site: WebSite) -> None:
    head = _post(
        site,
        "/r/new",
        "Content-Length: 200000000",
        "Content-Type: multipart/form-data; boundary=x",
        cookie=site.session("rep"),
    )
    assert site.raw(head).startswith(b"HTTP/1.1 413")


def test_a_body_that_does_not_say_how_long_it_is_is_cut_at_the_bound(new_site: Callable[..., WebSite]) -> None:
    site = new_site("[limits]\nfiles = 2\nfile_bytes = 1_000_000\n")
    sent = 0
    with _opened(site) as connection:
        connection.sendall(
            _post(
                site,
                "/r/new",
                "Transfer-Encoding: chunked",
                "Content-Type: multipart/form-data; boundary=x",
                cookie=site.session("rep"),
            )
        )
        head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        piece = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
        answer = b""
        try:
            connection.sendall(b"%x\r\n%s\r\n" % (len(head), head))
            for _ in range(400):
                connection.sendall(piece)
                sent += 0x10000
        except OSError:
            pass
        try:
            answer = connection.recv(200)
        except OSError:
            answer = b""
    assert answer.startswith(b"HTTP/1.1 413") or not answer  # a refused sender may see the end of the connection alone
    assert sent < 20_000_000
    assert _leftovers(site) == []


@pytest.mark.parametrize("parts", ["fields", "files"])
def test_a_form_of_ten_thousand_parts_is_refused(site: WebSite, parts: str) -> None:
    name = 'filename="a"; ' if parts == "files" else ""
    part = f'--x\r\nContent-Disposition: form-data; {name}name="a"\r\n\r\nb\r\n'
    body = (part * 10_000 + "--x--\r\n").encode()
    answer = site.client("rep").post(
        "/r/new", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 400
    assert _leftovers(site) == []


def test_a_text_field_of_megabytes_is_refused(site: WebSite) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"a" * 5_000_000 + b"\r\n--x--\r\n"
    answer = site.client("rep").post(
        "/r/new", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code in (400, 413)


def test_json_and_plain_forms_have_the_smaller_bound(site: WebSite) -> None:
    for media_type in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        answer = site.client("rep").post("/r/new", content=b"a" * 1_200_000, headers={"Content-Type": media_type})
        assert answer.status_code == 413


def test_nobody_who_is_not_signed_in_gets_a_body_read(site: WebSite) -> None:
    head = _post(site, "/r/new", "Content-Length: 5000000", "Content-Type: multipart/form-data; boundary=x")
    assert site.raw(head).startswith(b"HTTP/1.1 401")


def test_a_sender_that_goes_away_in_the_middle_leaves_nothing(site: WebSite) -> None:
    before = len(list(site.services.inbox.new()))
    with _opened(site) as connection:
        connection.sendall(
            _post(
                site,
                "/r/new",
                "Content-Length: 1000000",
                "Content-Type: multipart/form-data; boundary=x",
                cookie=site.session("rep"),
            )
        )
        connection.sendall(
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n' + b"a" * 900_000
        )
    time.sleep(0.2)
    assert len(list(site.services.inbox.new())) == before
    assert _leftovers(site) == []


def test_more_bytes_than_were_announced_are_no_part_of_the_request(site: WebSite) -> None:
    head = _post(site, "/sign-in/password", "Content-Length: 10", "Content-Type: application/x-www-form-urlencoded")
    answer = site.raw(head + b"email=a&pa" + b"x" * 100_000)
    assert answer.startswith(b"HTTP/1.1 422")


@pytest.mark.slow
def test_while_a_large_form_comes_others_are_answered(site: WebSite) -> None:
    slow = _opened(site)
    try:
        slow.sendall(
            _post(
                site,
                "/r/new",
                "Content-Length: 30000000",
                "Content-Type: multipart/form-data; boundary=x",
                cookie=site.session("rep"),
            )
        )
        slow.sendall(b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n')
        client = site.client()
        client.get("/health")
        for _ in range(20):
            slow.sendall(b"a" * 1_000_000)
            assert client.get("/health").status_code == 200
    finally:
        slow.close()


def _leftovers(site: WebSite) -> list[Path]:
    return [path for path in (site.root / "data" / "inbox").rglob("*") if path.is_file() and "aside" in path.parts]
