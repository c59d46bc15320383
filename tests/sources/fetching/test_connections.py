"""F15, F16, F22, F25: names that do not resolve, TLS that does not hold, servers that do not speak HTTP."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from detente.errors import UsageError
from detente.records import Outcome

PLANS = "<h1>Plans</h1><p>Team $12 per seat</p>"


@pytest.fixture
def ca(world):
    """A certificate authority that the world's client trusts."""
    authority = trustme.CA()
    world.tls = ssl.create_default_context()
    authority.configure_trust(world.tls)
    return authority


def serving(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_a_page_behind_a_good_certificate_is_read(world, ca):
    site = world.site("acme.test", {"/": world.html(PLANS)}, tls=serving(ca.issue_cert("acme.test")))
    assert Outcome.OK is world.fetch(site.url()).outcome


@pytest.mark.parametrize("fault", ["self-signed", "expired", "wrong host"])
def test_f15_a_certificate_that_does_not_hold_is_a_tls_failure_and_nothing_is_sent(world, ca, fault):
    issuer = trustme.CA() if fault == "self-signed" else ca
    ends = datetime.now(UTC) - timedelta(days=1) if fault == "expired" else None
    certificate = issuer.issue_cert("other.test" if fault == "wrong host" else "acme.test", not_after=ends)
    site = world.site("acme.test", {"/": world.html(PLANS)}, tls=serving(certificate))
    fetch = world.fetch(site.url())
    assert Outcome.TLS is fetch.outcome
    assert {"self-signed": "unable to get", "expired": "expired", "wrong host": "ostname"}[fault] in fetch.detail
    assert site.hits == []
    assert len(world.network.dialled) == 1


async def mute(hit, writer):
    await asyncio.sleep(30)


async def reset_in_the_midst(hit, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<h1>Pl")
    await writer.drain()
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    writer.transport.abort()


async def flood_of_100_continue(hit, writer):
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await writer.drain()
        await asyncio.sleep(0.01)


HOSTILE = {
    "silence": (mute, Outcome.TIMEOUT),
    "hang-up": (None, Outcome.CONNECTION),
    "reset in the midst": (reset_in_the_midst, Outcome.INCOMPLETE),
    "flood of 100": (flood_of_100_continue, Outcome.TIMEOUT),
    "a megabyte of header": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2**20 + b"\r\n\r\n", Outcome.CONNECTION),
    "50,000 headers": (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000 + b"\r\n", Outcome.CONNECTION),
    "not HTTP": (b"220 mail.acme.test ESMTP\r\n\r\n", Outcome.CONNECTION),
    "another HTTP": (b"HTTP/9.9 twohundred\r\n\r\n", Outcome.CONNECTION),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Outcome.CONNECTION),
    "bad chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", Outcome.INCOMPLETE),
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_f16_a_server_that_misbehaves_ends_in_a_bounded_outcome(world, fault):
    answer, expected = HOSTILE[fault]
    site = world.site(answers={"/": answer, "/after": world.html(PLANS)})
    broken, after = world.fetch_all([site.url("/"), site.url("/after")], deadline_s=0.6, retries=2)
    assert expected is broken.outcome
    assert 1 <= broken.attempts <= 3
    assert broken.attempts == site.paths.count("/")
    assert broken.elapsed_ms < 2_000
    assert Outcome.OK is after.outcome


def test_f16_a_tls_handshake_that_never_ends_is_a_timeout(world, ca):
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen()
    world.names["acme.test"] = ["127.0.0.1"]
    port = silent.getsockname()[1]
    with silent:
        fetch = world.fetch(f"https://acme.test:{port}/", deadline_s=0.5, allow_hosts=(f"acme.test:{port}",))
    assert Outcome.TIMEOUT is fetch.outcome


def test_a_port_where_nobody_listens_is_a_connection_failure(world):
    site = world.site()
    site.close()
    world.sites.clear()
    fetch = world.fetch(site.url(), allow_hosts=(f"acme.test:{site.port}",), retries=1)
    assert (fetch.outcome, fetch.attempts) == (Outcome.CONNECTION, 0)
    assert world.robots_fetches[0].attempts == 2


def test_f22_the_proxies_of_the_environment_have_no_say(world, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site = world.site(answers={"/": world.html(PLANS)})
    assert Outcome.OK is world.fetch(site.url()).outcome
    assert world.network.dialled == ["127.0.0.1"]


def test_f22_a_configured_proxy_is_dialled_and_the_target_is_checked_all_the_same(world):
    proxy = world.site(
        "proxy.test", {"http://public.test/": world.html(PLANS), "*": world.http(status="404 Not Found")}
    )
    world.names |= {"public.test": ["93.184.216.34"], "inside.test": ["10.0.0.1"]}
    url = f"http://127.0.0.1:{proxy.port}"
    through, refused = world.fetch_all(["http://public.test/", "http://inside.test/"], proxy=url)
    assert (through.outcome, refused.outcome) == (Outcome.OK, Outcome.REFUSED_ADDRESS)
    assert [path for path in proxy.paths if "robots" not in path] == ["http://public.test/"]


@pytest.mark.parametrize("proxy", ["proxy.test:3128", "socks5://proxy.test", "http://"])
def test_a_proxy_that_is_none_is_a_mistake_in_the_settings(world, proxy):
    with pytest.raises(UsageError, match=r"fetch\.proxy"):
        world.fetch("http://public.test/", proxy=proxy)


def test_https_through_a_proxy_is_verified_end_to_end(world, ca):
    site = world.site("acme.test", {"/": world.html(PLANS)}, tls=serving(ca.issue_cert("acme.test")))

    async def connect(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        heads.append(head.split(b"\r\n")[0])
        there_reader, there_writer = await asyncio.open_connection(site.address, site.port)
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))

    heads: list[bytes] = []
    proxy = world.site("proxy.test")
    proxy._serve = connect
    fetch = world.fetch(site.url(), proxy=f"http://{proxy.address}:{proxy.port}")
    assert (fetch.outcome, fetch.detail) == (Outcome.OK, "")
    assert {f"CONNECT acme.test:{site.port} HTTP/1.1".encode()} == set(heads)


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
    finally:
        writer.close()


@pytest.mark.parametrize("error", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL])
def test_f25_a_name_without_an_address_is_a_dns_failure(world, error):
    async def resolve(host, port):
        raise socket.gaierror(error, "Name or service not known")

    fetch = world.fetch("https://acme.test/", resolver=resolve)
    assert Outcome.DNS is fetch.outcome
    assert "acme.test" in fetch.detail


def test_f25_a_resolver_that_hangs_has_its_own_timeout(world):
    async def resolve(host, port):
        await asyncio.sleep(30)

    fetch = world.fetch("https://acme.test/", resolver=resolve, connect_timeout_s=0.2)
    assert Outcome.DNS is fetch.outcome
    assert "0.2 s" in fetch.detail


def test_f25_a_name_without_any_record_is_a_dns_failure(world):
    world.names["acme.test"] = []
    assert Outcome.DNS is world.fetch("https://acme.test/").outcome


def test_a_failure_that_passes_is_asked_again_and_counted(world):
    site = world.site(answers={"/": [None, world.http(status="502 Bad Gateway"), world.html(PLANS)]})
    fetch = world.fetch(site.url(), retries=2)
    assert (fetch.outcome, fetch.attempts) == (Outcome.OK, 3)


def test_a_failure_that_does_not_pass_is_asked_again_as_often_as_settings_say(world):
    site = world.site(answers={"/": world.http(status="500 Internal Server Error")})
    fetch = world.fetch(site.url(), retries=2)
    assert (fetch.outcome, fetch.status, fetch.attempts) == (Outcome.SERVER_ERROR, 500, 3)
    assert len(site.paths) == 3


def test_after_five_requests_without_an_answer_the_host_is_left_alone(world):
    site = world.site(answers={f"/{n}": None for n in range(9)})
    fetches = world.fetch_all([site.url(f"/{n}") for n in range(9)], retries=0)
    assert {Outcome.CONNECTION} == {fetch.outcome for fetch in fetches}
    assert len(site.paths) == 5
    assert [fetch.attempts for fetch in fetches] == [1] * 5 + [0] * 4
    assert "not asked" in fetches[-1].detail


def test_a_closed_idle_connection_is_replaced_without_an_attempt_of_its_own(world):
    async def once(hit, writer):
        writer.write(world.html(PLANS))
        await writer.drain()

    site = world.site(answers={"*": once, "/robots.txt": world.http(status="404 Not Found")})
    first, second = world.fetch_all([site.url("/a"), site.url("/b")])
    assert {Outcome.OK} == {first.outcome, second.outcome}
