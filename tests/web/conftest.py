"""Sites for tests: one that many tests look at, and new ones where a test changes what others would see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from web_site import WebSite, web_site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    """A site that is looked at: tests leave it as it is."""
    running = web_site(tmp_path_factory.mktemp("site") / "workspace")
    yield running
    running.close()


@pytest.fixture
def new_site(tmp_path: Path) -> Iterator[Callable[..., WebSite]]:
    """Makes a site of one's own; takes what `web_site` takes, but the folder."""
    made: list[WebSite] = []

    def start(settings: str = "", **more: Any) -> WebSite:
        made.append(web_site(tmp_path / f"workspace{len(made)}", settings, **more))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture(scope="package")
def api_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    """A site that programs report to."""
    running = web_site(tmp_path_factory.mktemp("api") / "workspace")
    yield running
    running.close()


@pytest.fixture(scope="package")
def program(api_site: WebSite) -> httpx.Client:
    """A program of the rep."""
    return api_site.program(api_site.token("rep", "sightings:write", "sightings:read")[1])


@pytest.fixture
def pace(api_site: WebSite) -> None:
    """Tests of one site share a rep, and send more than a person does."""
    api_site.clock.go(minutes=2)
