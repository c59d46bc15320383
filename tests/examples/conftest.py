"""The demo's script, a running demo site, and plain HTTP to it."""

import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from examples.demo import DemoSite, Script, load_script


@dataclass(frozen=True)
class Answer:
    """Status, headers with lower-case names, and body of one exchange."""

    status: int
    headers: dict[str, str]
    body: bytes


def _visit(site: DemoSite, competitor: str, path: str, **headers: str) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(site.urls[competitor]).netloc, timeout=5)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answered, response.read())
    finally:
        connection.close()


@pytest.fixture(scope="session")
def visit() -> Callable[..., Answer]:
    """One GET without redirects, cache or retries; underscores in header names stand for hyphens."""
    return _visit


@pytest.fixture(scope="session")
def script() -> Script:
    return load_script()


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite() as running:
        yield running
