"""A workspace is read whole or not at all, and every fault is told with file, line and the nearest right name."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from detente.dismissed import add_rule, rule_for
from detente.errors import StorageError, UsageError, WorkspaceError
from detente.workspace import find, init, json_schemas, load

WorkspaceWith = Callable[..., Path]
PAGE = '\n[[pages]]\nkind = "{kind}"\nurl = "{url}"\n'


def page(url: str, kind: str = "page", name: str = "") -> str:
    return PAGE.format(kind=kind, url=url) + (f'name = "{name}"\n' if name else "")


def competitor(*pages: str) -> str:
    return 'name = "Initech"\n' + "".join(pages)


def test_a_valid_workspace_gives_its_settings_competitors_pages_and_themes(workspace_with: WorkspaceWith) -> None:
    workspace = load(workspace_with())

    assert workspace.settings.company.time_zone == "Europe/Berlin"
    assert [one.name for one in workspace.competitors] == ["Globex Desk"]
    assert [one.page_id for one in workspace.pages] == ["globex/pricing", "globex/release-notes"]
    assert {one.every_hours for one in workspace.pages} == {24.0}
    assert [theme.name for theme in workspace.themes] == ["Single sign-on"]


def test_a_page_may_name_a_reader_of_the_workspace_whose_code_is_not_run_for_that(
    workspace_with: WorkspaceWith,
) -> None:
    url = "https://www.initech.test/plans"
    text = competitor(page(url) + 'reader = "tiers"\n', page(f"{url}/2", name="two") + 'reader = "page"\n')
    code = "raise RuntimeError('run')\n"

    workspace = load(workspace_with({"readers/tiers.py": code, "competitors/initech.toml": text}))

    assert workspace.page("initech/page").reader == "tiers"
    assert workspace.page("initech/two").reader == ""  # the built-in one of its kind, by its name


FAULTS: dict[str, tuple[dict[str, str | None], str, int, str]] = {
    "unknown table": (
        {"detente.toml": '[company]\nname = "A"\n\n[fecth]\npace_s = 1\n'},
        "detente.toml",
        4,
        "did you mean 'fetch'?",
    ),
    "unknown key": (
        {"detente.toml": '[company]\nname = "A"\n[fetch]\npace = 1\n'},
        "detente.toml",
        4,
        "did you mean 'pace_s'?",
    ),
    "unknown key of a page": (
        {"competitors/initech.toml": competitor(page("https://a.test/"), "slector = {}\n")},
        "competitors/initech.toml",
        6,
        "did you mean 'selectors'?",
    ),
    "reader that is not there": (
        {"readers/tiers.py": "", "competitors/initech.toml": competitor(page("https://a.test/") + 'reader = "tier"\n')},
        "competitors/initech.toml",
        6,
        "reader: no reader 'tier' in readers/ or among the installed plugins; did you mean 'tiers'?",
    ),
    "reader of another kind": (
        {"competitors/initech.toml": competitor(page("https://a.test/") + 'reader = "pricing"\n')},
        "competitors/initech.toml",
        6,
        "'pricing' is the built-in reader of another kind; this page is 'page'",
    ),
    "own reader with the name of a built-in one": (
        {"readers/page.py": "", "competitors/initech.toml": competitor(page("https://a.test/") + 'reader = "page"\n')},
        "competitors/initech.toml",
        6,
        "readers/page.py has the name of a built-in reader; give it another",
    ),
    "key far from every name": (
        {"roadmap.toml": '[[themes]]\nname = "A"\nqqqq = 1\n'},
        "roadmap.toml",
        3,
        "known are description, keywords, name, ours, status, weight",
    ),
    "missing name": ({"detente.toml": '[company]\ncurrency = "EUR"\n'}, "detente.toml", 1, "company.name: is missing"),
    "missing table": ({"detente.toml": "[fetch]\npace_s = 1\n"}, "detente.toml", 1, "company: is missing"),
    "wrong type": (
        {"detente.toml": '[company]\nname = "A"\n\n[fetch]\n\nretries = "some"\n'},
        "detente.toml",
        6,
        "(it is 'some')",
    ),
    "out of bounds": (
        {"detente.toml": '[company]\nname = "A"\n[fetch]\nretries = 50\n'},
        "detente.toml",
        4,
        "less than or equal to 5",
    ),
    "time zone": (
        {"detente.toml": '[company]\nname = "A"\ntime_zone = "Berlin"\n'},
        "detente.toml",
        3,
        "such as Europe/Berlin",
    ),
    "currency": ({"detente.toml": '[company]\nname = "A"\ncurrency = "euro"\n'}, "detente.toml", 3, "(it is 'euro')"),
    "cron": (
        {"detente.toml": '[company]\nname = "A"\n[schedule]\nweekly = "7 o\'clock"\n'},
        "detente.toml",
        4,
        "is not a cron line",
    ),
    "host without port": (
        {"detente.toml": '[company]\nname = "A"\n[fetch]\nallow_hosts = ["intranet.test"]\n'},
        "detente.toml",
        4,
        "is not host:port",
    ),
    "broken TOML": ({"detente.toml": '[company]\nname = "A\n'}, "detente.toml", 2, "not valid TOML"),
    "TOML that ends too soon": ({"detente.toml": '[company]\nname = """A\n\n\n'}, "detente.toml", 5, "not valid TOML"),
    "scheme": (
        {"competitors/initech.toml": competitor(page("ftp://a.test/x"))},
        "competitors/initech.toml",
        5,
        "beginning with https:// or http://",
    ),
    "password in URL": (
        {"competitors/initech.toml": competitor(page("https://me:secret@a.test/"))},
        "competitors/initech.toml",
        5,
        "remove it",
    ),
    "kind": (
        {"competitors/initech.toml": competitor(page("https://a.test/", "prices"))},
        "competitors/initech.toml",
        4,
        "'pricing', 'release_notes' or 'page'",
    ),
    "bad name of a page": (
        {"competitors/initech.toml": competitor(page("https://a.test/", name="My Page"))},
        "competitors/initech.toml",
        6,
        "single hyphens",
    ),
    "two pages of one name": (
        {"competitors/initech.toml": competitor(page("https://a.test/a"), page("https://a.test/b"))},
        "competitors/initech.toml",
        7,
        "a second page 'initech/page'",
    ),
    "file name": (
        {"competitors/In_itech.toml": competitor()},
        "competitors/In_itech.toml",
        1,
        "such as 'acme-desk.toml'",
    ),
    "two themes of one name": (
        {"roadmap.toml": '[[themes]]\nname = "SSO"\n\n[[themes]]\nname = "sso"\n'},
        "roadmap.toml",
        4,
        "a second theme 'sso'",
    ),
    "proxy with a password": (
        {"detente.toml": '[company]\nname = "A"\n[fetch]\nproxy = "http://u:hush@p.test:1"\n'},
        "detente.toml",
        4,
        "DETENTE_FETCH__PROXY",
    ),
    "desk with a password": (
        {"detente.toml": '[company]\nname = "A"\n[desk]\nurl = "postgresql://u:hush@db.test:1/d"\n'},
        "detente.toml",
        4,
        "DETENTE_DESK__URL",
    ),
    "desk with a password among its parameters": (
        {"detente.toml": '[company]\nname = "A"\n[desk]\nurl = "postgresql://db.test/d?user=u&password=hush"\n'},
        "detente.toml",
        4,
        "DETENTE_DESK__URL",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_file_line_and_the_way_out(workspace_with: WorkspaceWith, fault: str) -> None:
    files, name, line, said = FAULTS[fault]
    root = workspace_with(files)

    with pytest.raises(WorkspaceError) as caught:
        load(root)

    [text] = str(caught.value).splitlines()
    assert text.startswith(f"{root / name}:{line}: ")
    assert said in text
    assert caught.value.exit_code == 2


def test_the_url_of_a_desk_may_name_a_user(workspace_with: WorkspaceWith) -> None:
    url = "postgresql://detente@db.test:5433/detente?sslmode=require"

    loaded = load(workspace_with({"detente.toml": f'[company]\nname = "A"\n[desk]\nurl = "{url}"\n'}))

    assert loaded.settings.desk.url == url


@pytest.mark.parametrize("fault", [name for name in FAULTS if "with a password" in name])
def test_a_password_in_the_file_is_not_repeated_on_the_screen(workspace_with: WorkspaceWith, fault: str) -> None:
    root = workspace_with({"detente.toml": FAULTS[fault][0]["detente.toml"]})

    with pytest.raises(WorkspaceError) as caught:
        load(root)

    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.globex.test/pricing",
        "https://www.globex.test/pricing#plans",
        "https://www.globex.test/pricing/",
        "HTTPS://WWW.Globex.TEST/pricing",
        "https://www.globex.test:443/pricing",
        "https://www.globex.test/a/../pricing",
    ],
)
def test_one_page_in_two_spellings_is_one_page_and_is_refused(workspace_with: WorkspaceWith, other: str) -> None:
    root = workspace_with({"competitors/initech.toml": competitor(page(other, "pricing"))})

    with pytest.raises(WorkspaceError, match="is watched already") as caught:
        load(root)

    assert f"{root}/competitors/initech.toml:3: " in str(caught.value)
    assert f"{root}/competitors/globex.toml:4" in str(caught.value)


@pytest.mark.parametrize("other", ["https://www.globex.test/Pricing", "https://www.globex.test/pricing?plan=team"])
def test_paths_and_queries_that_differ_are_two_pages(workspace_with: WorkspaceWith, other: str) -> None:
    root = workspace_with({"competitors/initech.toml": competitor(page(other, "pricing"))})

    assert len(load(root).pages) == 3


def test_all_faults_of_all_files_are_told_at_once(workspace_with: WorkspaceWith) -> None:
    root = workspace_with(
        {
            "detente.toml": '[company]\nname = ""\ntime_zone = "Nowhere"\n',
            "competitors/initech.toml": competitor(page("gopher://a.test", "prices")),
            "roadmap.toml": "themes = 3\n",
        }
    )

    with pytest.raises(WorkspaceError) as caught:
        load(root)

    told = [text.removeprefix(f"{root}/").split(": ")[0] for text in str(caught.value).splitlines()]
    assert told == [
        "detente.toml:2", "detente.toml:3", "competitors/initech.toml:5", "competitors/initech.toml:4", "roadmap.toml:1"
    ]  # fmt: skip


def test_a_missing_or_unreadable_file_is_told(workspace_with: WorkspaceWith) -> None:
    root = workspace_with({"detente.toml": None})
    with pytest.raises(WorkspaceError, match=r"detente\.toml: no such file"):
        load(root)

    (root / "detente.toml").write_bytes(b'[company]\nname = "M\xfcller"\n')
    with pytest.raises(WorkspaceError, match=r"not UTF-8 text \(byte 19\)"):
        load(root)


def test_braces_in_an_unknown_key_are_only_text(workspace_with: WorkspaceWith) -> None:
    root = workspace_with({"roadmap.toml": '[[themes]]\nname = "A"\n"{x}" = 1\n'})

    with pytest.raises(WorkspaceError, match=r"roadmap\.toml:3: unknown key '\{x\}'"):
        load(root)


def test_a_workspace_without_roadmap_or_competitors_loads(workspace_with: WorkspaceWith) -> None:
    workspace = load(workspace_with({"roadmap.toml": None, "competitors/globex.toml": None}))

    assert (workspace.competitors, workspace.themes) == ((), ())


def test_the_workspace_is_found_from_below(workspace_with: WorkspaceWith) -> None:
    root = workspace_with()

    assert find(root / "competitors") == root


def test_outside_of_a_workspace_the_way_to_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="`detente init FOLDER`"):
        find(tmp_path)


def test_an_unknown_page_is_told_with_the_nearest(workspace_with: WorkspaceWith) -> None:
    workspace = load(workspace_with())

    with pytest.raises(UsageError, match="did you mean 'globex/pricing'"):
        workspace.page("globex/prices")


def test_init_makes_a_workspace_that_loads(tmp_path: Path) -> None:
    root = tmp_path / 'ac"me'
    written = init(root)
    (root / "competitors/globex.toml.example").rename(root / "competitors/globex.toml")

    workspace = load(root)
    assert workspace.settings.company.name == 'ac"me'
    assert [one.page_id for one in workspace.pages] == ["globex/pricing", "globex/release-notes"]
    assert (root / "data").stat().st_mode & 0o777 == 0o700
    assert (root / ".gitignore").read_text() == "data/\n"
    assert {str(path) for path in written} >= {"detente.toml", "roadmap.toml", "schemas/detente.schema.json"}


def test_init_leaves_a_workspace_that_is_there_alone(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "detente.toml").write_text('[company]\nname = "Mine"\n')

    with pytest.raises(UsageError, match="there is a workspace already"):
        init(tmp_path)
    assert load(tmp_path).settings.company.name == "Mine"


def test_init_says_when_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="cannot be written: Not a directory"):
        init(tmp_path / "file" / "ws")


RULE = rule_for(
    page_id="globex/pricing", kind="price_increase", subject="Team", between=("49", "59"), because="a test",
    since=datetime(2026, 11, 12, tzinfo=UTC),
)  # fmt: skip


def test_the_schemas_accept_what_init_writes_and_refuse_what_load_refuses(tmp_path: Path) -> None:
    init(tmp_path)
    schemas = {name.removesuffix(".schema.json"): json.loads(text) for name, text in json_schemas()}
    files = {
        "detente": tmp_path / "detente.toml",
        "competitor": tmp_path / "competitors/globex.toml.example",
        "roadmap": tmp_path / "roadmap.toml",
        "dismissed": add_rule(tmp_path, RULE),
        "wanted": tmp_path / "wanted.toml",
        "rules": tmp_path / "rules.toml",
    }
    assert set(schemas) == set(files)
    for name, path in files.items():
        Draft202012Validator.check_schema(schemas[name])
        validator = Draft202012Validator(schemas[name])
        data = json.loads(json.dumps(tomllib.loads(path.read_text()), default=str))  # an editor's dates are texts
        assert list(validator.iter_errors(data)) == []
        assert not validator.is_valid(data | {"nonsense": 1})


def test_every_setting_has_a_description_in_the_schema() -> None:
    for _, text in json_schemas():
        schema = json.loads(text)
        for table in schema["$defs"].values():
            for key, about in table.get("properties", {}).items():
                assert about.get("description"), f"{table['title']}.{key}"
