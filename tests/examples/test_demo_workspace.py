"""The demo's workspace files are valid and lead to its sites."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from detente.settings import Settings
from detente.workspace import load
from examples.demo import DemoSite, write_workspace_files

Visit = Callable[..., Any]


def test_the_files_are_those_of_a_workspace(tmp_path: Path, site: DemoSite) -> None:
    written = write_workspace_files(tmp_path / "demo", site.urls)
    assert [path.relative_to(tmp_path / "demo").as_posix() for path in written] == [
        "detente.toml",
        "roadmap.toml",
        "wanted.toml",
        *(f"competitors/{slug}.toml" for slug in ("rosterquill", "dutymarrow", "shiftolen", "crewbarrow")),
    ]


def test_the_settings_allow_the_four_hosts_and_nothing_more(tmp_path: Path, site: DemoSite) -> None:
    settings = Settings.model_validate(tomllib.loads(write_workspace_files(tmp_path, site.urls)[0].read_text("utf-8")))
    assert set(settings.fetch.allow_hosts) == {urlsplit(url).netloc for url in site.urls.values()}
    assert (settings.company.time_zone, settings.schedule.collect) == ("Europe/Berlin", "0 5 * * 1")


def test_the_product_loads_the_workspace(tmp_path: Path, site: DemoSite) -> None:
    write_workspace_files(tmp_path, site.urls)
    loaded = load(tmp_path)
    assert {page.page_id: page.url for page in loaded.pages} == {
        f"{slug}/{page.name}": site.urls[slug] + page.path
        for slug, one in site.script.base.items()
        for page in one.pages
    }
    assert {theme.status for theme in loaded.themes} == {"now", "next", "later", "shipped"}
    assert {question.competitor for question in loaded.wanted} == {"rosterquill", "dutymarrow", None}


def test_every_watched_page_is_there(tmp_path: Path, site: DemoSite, visit: Visit) -> None:
    for path in write_workspace_files(tmp_path, site.urls)[3:]:
        table = tomllib.loads(path.read_text("utf-8"))
        assert table.keys() == {"name", "aliases", "domains", "pages"}
        pages = [(page["name"], page["kind"]) for page in table["pages"]]
        assert pages == [(page.name, page.kind) for page in site.script.base[path.stem].pages]
        assert {visit(site, path.stem, urlsplit(page["url"]).path).status for page in table["pages"]} == {200}


def test_writing_again_replaces_the_files(tmp_path: Path) -> None:
    for port in (1, 2):
        write_workspace_files(tmp_path, {"crewbarrow": f"http://127.0.0.1:{port}"})
    assert ":2/about" in (tmp_path / "competitors" / "crewbarrow.toml").read_text("utf-8")
    assert [path.name for path in (tmp_path / "competitors").iterdir()] == ["crewbarrow.toml"]
