"""The site as people see it, for tests with a browser: competitors to choose from, and the time of day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from web_site import WebSite, web_site

from desk import people
from desk.following import sightings
from detente.clock import SystemClock

COMPETITORS = {"hooli": 2, "initech": 3, "massive-dynamic": 1, "soylent": 1, "umbrella": 1, "vehement": 0}
"""Beside Globex; each with the number of its pages."""


def live_site(root: Path, settings: str = "") -> WebSite:
    """Starts a site over a new workspace at `root`, with its indexing beside it, at the time that it really is."""
    files = {f"competitors/{slug}.toml": _competitor(slug, pages) for slug, pages in COMPETITORS.items()}
    return web_site(root, settings, files=files, beside=True, clock=SystemClock())  # type: ignore[arg-type]


def _competitor(slug: str, pages: int) -> str:
    name = slug.replace("-", " ").title()
    tables = [
        f'[[pages]]\nkind = "page"\nname = "p{number}"\nurl = "https://{slug}.example/{number}"\n'
        for number in range(pages)
    ]
    return f'name = "{name}"\naliases = ["{name} Inc"]\n' + "".join(tables)


def sign_in(site: WebSite, context: Any, who: str) -> None:
    """Signs a browser's context in as `who`, as if they had typed their password."""
    cookie = {"name": site.services.site.cookie, "value": site.session(who), "url": site.url, "httpOnly": True}
    context.add_cookies([cookie | {"expires": site.services.clock.now().timestamp() + 43_200}])


def end_sessions(site: WebSite, who: str) -> None:
    """Ends every session of `who`, as time does."""
    with site.desk.writing() as c:
        people.end_sessions(c, site.people[who].person_id, site.services.clock.now())
    site.services.sessions.forget()


def received(site: WebSite, who: str = "rep") -> list[Any]:
    """The sightings of `who` on the desk, the newest first."""
    site.services.indexing.run_once()
    with site.desk.reading() as c:
        return list(sightings.sightings_of(c, site.people[who].person_id, 100, None))
