"""F1–F5: bodies that are too large, endless, too slow, not what they were announced to be."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from detente.records import Outcome

PLANS = "<h1>Plans</h1><p>Team $12 per seat</p>"
REPOSITORY = Path(__file__).parents[3]


def test_a_gzipped_body_arrives_decoded(world):
    site = world.site(answers={"/": world.html(gzip.compress(PLANS.encode()), "Content-Encoding: gzip")})
    fetch = world.fetch(site.url())
    assert (Outcome.OK, PLANS.encode()) == (fetch.outcome, world.body(fetch))
    assert site.hits[-1].headers["accept-encoding"] == "gzip"


def test_a_gzip_stream_of_two_members_is_one_body(world):
    twice = gzip.compress(b"<p>one</p>") + gzip.compress(b"<p>two</p>")
    site = world.site(answers={"/": world.html(twice, "Content-Encoding: gzip")})
    assert world.body(world.fetch(site.url())) == b"<p>one</p><p>two</p>"


@pytest.mark.slow
def test_f1_a_gzip_bomb_is_too_large_and_costs_no_memory():
    """2 MB that unpack to 2 GB: a child process that meets them grows by less than 50 MB."""
    child = textwrap.dedent("""
        import asyncio, importlib.util, resource, sys, zlib
        spec = importlib.util.spec_from_file_location("world", "tests/sources/fetching/conftest.py")
        module = importlib.util.module_from_spec(spec); sys.modules["world"] = module; spec.loader.exec_module(module)
        world = module.World()
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        megabyte = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
        bomb = bytes.fromhex("1f8b08000000000000ff") + megabyte * 2048
        site = world.site(answers={"/": module.html("x"), "/bomb": module.html(bomb, "Content-Encoding: gzip")})
        world.fetch(site.url("/"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        after_bomb, after = world.fetch_all([site.url("/bomb"), site.url("/")])
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        site.close()
        sys.stdout.write(f"{len(bomb) // 2**20} {after_bomb.outcome} {after.outcome} {grown}")
    """)
    ran = subprocess.run([sys.executable, "-c", child], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    megabytes, bomb, after, grown = ran.stdout.split()
    assert (megabytes, bomb, after) == ("2", "too_large", "ok")
    assert int(grown) < 50


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "deflate"])
def test_f2_an_encoding_that_was_not_asked_for_is_undecodable(world, encoding):
    site = world.site(answers={"/": world.html(b"\x1b\x03\x00", f"Content-Encoding: {encoding}")})
    fetch = world.fetch(site.url())
    assert (fetch.outcome, fetch.snapshot) == (Outcome.UNDECODABLE, None)
    assert encoding in fetch.detail


def test_f2_a_broken_gzip_stream_is_undecodable(world):
    site = world.site(answers={"/": world.html(b"this is not gzip", "Content-Encoding: gzip")})
    assert world.fetch(site.url()).outcome is Outcome.UNDECODABLE


def test_f2_a_gzip_stream_that_stops_early_is_incomplete(world):
    half = gzip.compress(PLANS.encode() * 50)[:40]
    site = world.site(answers={"/": world.html(half, "Content-Encoding: gzip")})
    assert world.fetch(site.url(), retries=0).outcome is Outcome.INCOMPLETE


async def endless(hit, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"<p>more</p>" * 1000)
        await writer.drain()


def test_f3_an_endless_stream_stops_at_the_cap(world):
    site = world.site(answers={"/": endless, "/after": world.html(PLANS)})
    cut, after = world.fetch_all([site.url("/"), site.url("/after")], max_body_bytes=200_000)
    assert (cut.outcome, after.outcome) == (Outcome.TOO_LARGE, Outcome.OK)


def test_f3_a_body_announced_as_too_large_is_not_read_at_all(world):
    site = world.site(answers={"/": world.http(b"x", length=10**10)})
    fetch = world.fetch(site.url(), deadline_s=3)
    assert Outcome.TOO_LARGE is fetch.outcome
    assert fetch.elapsed_ms < 2_000


async def slow_loris(hit, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


def test_f4_the_deadline_is_for_the_whole_answer_not_for_each_read(world):
    site = world.site(answers={"/": slow_loris})
    fetch = world.fetch(site.url(), deadline_s=0.3)
    assert Outcome.TIMEOUT is fetch.outcome
    assert 250 <= fetch.elapsed_ms < 1_500
    assert "0.3 s" in fetch.detail


@pytest.mark.parametrize(("length", "why"), [(500, "broke off"), (10, "Content-Length says 10")])
def test_f5_a_body_shorter_or_longer_than_announced_is_incomplete(world, length, why):
    answer = world.http(PLANS, headers=("Content-Type: text/html", "Connection: close"), length=length)
    site = world.site(answers={"/": answer})
    fetch = world.fetch(site.url(), retries=0)
    assert (fetch.outcome, fetch.snapshot) == (Outcome.INCOMPLETE, None)
    assert why in fetch.detail


def test_f5_bytes_after_an_answer_are_never_taken_for_the_next_one(world):
    smuggled = world.html("<p>first</p>") + world.html("<p>Enterprise $1</p>")
    site = world.site(answers={"/": smuggled, "/next": world.html(PLANS)})
    first, following = world.fetch_all([site.url("/"), site.url("/next")], retries=0)
    assert Outcome.INCOMPLETE is first.outcome
    assert world.body(following) == PLANS.encode()


def test_f5_a_body_with_a_304_spoils_the_connection(world):
    site = world.site(
        answers={
            "/": world.http("HTTP/1.1 200 OK\r\n\r\n<p>Enterprise $1</p>", status="304 Not Modified"),
            "/next": world.html(PLANS),
        }
    )
    last = [world.remembered(site.url("/"))]
    first, following = world.fetch_all([site.url("/"), site.url("/next")], last=last, retries=0)
    assert Outcome.NOT_MODIFIED is first.outcome
    assert world.body(following) == PLANS.encode()


def test_what_the_archive_cannot_store_ends_the_call(world):
    site = world.site(answers={"/": world.html(PLANS)})

    def full(body: bytes) -> str:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        world.fetch_all([site.url("/"), site.url("/other")], keep=full)
