"""The text files of a workspace that watches the demo's sites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from examples.demo.plan import Competitor, Script, load_script
from examples.demo.sightings import load_wanted

_ROADMAP = Path(__file__).with_name("roadmap.toml")


def write_workspace_files(folder: Path, urls: Mapping[str, str], *, script: Script | None = None) -> list[Path]:
    """Write a workspace: settings, roadmap, wanted list and competitors; files of those names are replaced.

    Args:
        folder: The workspace; made where it is missing.
        urls: The base URL of each competitor by slug, as `DemoSite.urls` gives them.
        script: Facts whose competitors are written; the bundled ones where none are given.

    Returns:
        The files, in the order in which they were written.
    """
    base = (script if script is not None else load_script()).base
    texts = {"detente.toml": _settings(urls), "roadmap.toml": _ROADMAP.read_text("utf-8"), "wanted.toml": _wanted()}
    texts |= {f"competitors/{slug}.toml": _competitor(base[slug], url) for slug, url in urls.items()}
    (folder / "competitors").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in texts]


def _settings(urls: Mapping[str, str]) -> str:
    hosts = [urlsplit(url).netloc for url in urls.values()]
    return f"""# Tandemar is invented, and so are the competitors that this workspace watches.
[company]
name = "Tandemar GmbH"
currency = "EUR"
time_zone = "Europe/Berlin"
contact = "https://tandemar.example/contact"

[fetch]
pace_s = 0 # the sites are on this machine
allow_hosts = {_toml(hosts)}

[schedule]
collect = "0 5 * * 1"
weekly = "0 7 * * 1"
"""


def _wanted() -> str:
    lines = ["# What Tandemar's product managers want to know; a rep is asked right after sending."]
    for question in load_wanted():
        lines += ["", "[[questions]]"]
        for key, value in question.items():
            lines.append(f"{key} = {value.isoformat() if isinstance(value, date) else _toml(value)}")
    return "\n".join(lines) + "\n"


def _competitor(site: Competitor, url: str) -> str:
    lines = [f"name = {_toml(site.name)}", f"aliases = {_toml(site.aliases)}", f"domains = {_toml(site.domains)}"]
    for page in site.pages:
        lines += ["", "[[pages]]", f"name = {_toml(page.name)}", f"kind = {_toml(page.kind)}"]
        lines.append(f"url = {_toml(url + page.path)}")
    return "\n".join(lines) + "\n"


def _toml(value: str | list[str] | tuple[str, ...]) -> str:
    """A string or a list of strings; JSON's way of writing them is also TOML's."""
    return json.dumps(value, ensure_ascii=False)
