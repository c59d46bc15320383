"""The workspace: a folder of text files that people edit, and `data/`, which the product keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from detente import reader_names
from detente.dismissed import DismissedEntry, load_dismissals
from detente.errors import StorageError, UsageError, WorkspaceError
from detente.records import Dismissal, Page, PageKind
from detente.rules import FILE_NAME as RULES_FILE
from detente.rules import Rules, ThemeStatus, default_rules, default_text, load_rules
from detente.settings import Settings
from detente.toml_file import Strict, key_lines, nearest, read_toml, validated
from detente.urls import canonical_url
from detente.wanted import WANTED_TOML, Wanted, WantedEntry, load_wanted

Cadence = Literal["hourly", "daily", "weekly"]
_HOURS: Mapping[Cadence, float] = {"hourly": 1.0, "daily": 24.0, "weekly": 168.0}
_SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")


def _slug(value: str) -> str:
    if not _SLUG.match(value):
        raise ValueError("use lower-case letters, digits and single hyphens, such as 'release-notes'")
    return value


# URLs of the settings in which a password can stand; that of a database may name a user.
_WITH_PASSWORDS = {
    ("fetch", "proxy"): re.compile("@"),
    ("desk", "url"): re.compile(r"//[^/?#]*:[^/?#]*@|[?&]password=", re.IGNORECASE),
}

Url = Annotated[str, AfterValidator(canonical_url)]
Slug = Annotated[str, AfterValidator(_slug)]


class PageEntry(Strict):
    """A `[[pages]]` table of a competitor's file."""

    url: Url = Field(description="What is fetched; http or https.")
    kind: PageKind = Field(description="What kind of facts it holds; each kind has a built-in reader.")
    reader: str | None = Field(
        None, description="Who reads it instead: a file `readers/<name>.py` of the workspace, or an installed plugin."
    )
    name: Slug | None = Field(None, description="Short name within the competitor; the kind, where it is left out.")
    cadence: Cadence = Field("daily", description="How long an answer stays fresh.")
    render: bool = Field(False, description="Run the page's scripts in a browser first (extra 'browser').")
    selectors: dict[str, str] = Field(
        default_factory=dict, description="CSS selectors that override the reader's heuristics."
    )
    earlier_selectors: list[dict[str, str]] = Field(
        default_factory=list,
        description="Selectors of the page's earlier designs, the newest first; asked where `selectors` find nothing.",
    )


class CompetitorEntry(Strict):
    """A competitor's file, `competitors/<slug>.toml`."""

    name: str = Field(min_length=1, description="Name as reports print it.")
    aliases: list[str] = Field(default_factory=list, description="Other names that people use for it.")
    domains: list[str] = Field(default_factory=list, description="Domains that belong to it.")
    pages: list[PageEntry] = Field(default_factory=list, description="What is watched.")


class ThemeEntry(Strict):
    """A `[[themes]]` table of `roadmap.toml`: a line of the roadmap."""

    name: str = Field(min_length=1, description="Name of the theme; unique.")
    description: str = Field("", description="What it is about, in a sentence or two.")
    keywords: list[str] = Field(default_factory=list, description="Words that people use for it.")
    status: ThemeStatus = Field("later", description="Where it stands on the roadmap.")
    weight: float = Field(1.0, ge=0, le=10, allow_inf_nan=False, description="How much it counts beside other themes.")
    ours: Literal["no", "partly", "yes"] | None = Field(
        None, description="Whether we have it; left out, nobody has said so, which is not no."
    )


class RoadmapEntry(Strict):
    """`roadmap.toml`."""

    themes: list[ThemeEntry] = Field(default_factory=list, description="The lines of the roadmap.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Competitor:
    """A competitor with its aliases, domains and pages."""

    slug: str
    name: str
    aliases: tuple[str, ...]
    domains: tuple[str, ...]
    pages: tuple[Page, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A loaded and valid workspace.

    Attributes:
        root: Its folder, absolute.
        settings: `detente.toml`, with the environment's overrides.
        competitors: By slug, sorted.
        themes: As in `roadmap.toml`, in its order.
        dismissals: As in `dismissed.toml`, in its order.
        wanted: As in `wanted.toml`, in its order.
        rules: As in `rules.toml`, or those that a new workspace begins with.
    """

    root: Path
    settings: Settings
    competitors: tuple[Competitor, ...]
    themes: tuple[ThemeEntry, ...]
    dismissals: tuple[Dismissal, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    rules: Rules = field(default_factory=default_rules)

    @property
    def data(self) -> Path:
        """What the product keeps."""
        return self.root / "data"

    @property
    def pages(self) -> tuple[Page, ...]:
        """All pages of all competitors."""
        return tuple(page for competitor in self.competitors for page in competitor.pages)

    def page(self, page_id: str) -> Page:
        """The page with that id.

        Raises:
            UsageError: There is none; the message names the nearest.
        """
        by_id = {page.page_id: page for page in self.pages}
        if page_id not in by_id:
            raise UsageError(f"no page {page_id!r} in this workspace{nearest(page_id, list(by_id))}")
        return by_id[page_id]


def find(start: Path) -> Path:
    """The folder at or above `start` that holds a `detente.toml`.

    Raises:
        WorkspaceError: There is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "detente.toml").is_file():
            return folder
    raise WorkspaceError(
        f"{start}: no detente.toml here or above; go to a workspace, name one with --workspace, "
        "or make one with `detente init FOLDER`"
    )


def load(root: Path) -> Workspace:
    """Reads and validates every file of the workspace at `root`.

    Raises:
        WorkspaceError: All faults of all files, one per line.
    """
    root = root.resolve()
    faults: list[str] = []
    settings: Settings | None = None
    try:
        settings = _load_settings(root / "detente.toml")
    except WorkspaceError as error:
        faults.append(str(error))
    competitors: list[Competitor] = []
    seen: dict[str, str] = {}
    for path in sorted((root / "competitors").glob("*.toml")):
        try:
            competitors.append(_load_competitor(path, seen))
        except WorkspaceError as error:
            faults.append(str(error))
    themes: tuple[ThemeEntry, ...] = ()
    try:
        themes = load_themes(root / "roadmap.toml")
    except WorkspaceError as error:
        faults.append(str(error))
    wanted: tuple[Wanted, ...] = ()
    try:
        # a question about the competitor of a broken file is not at fault
        wanted = load_wanted(root, [path.stem for path in (root / "competitors").glob("*.toml")])
    except WorkspaceError as error:
        faults.append(str(error))
    rules = default_rules()
    try:
        rules = load_rules(root)
    except WorkspaceError as error:
        faults.append(str(error))
    if faults or settings is None:
        raise WorkspaceError("\n".join(faults))
    # after all others: a rule that names a page of a broken file is not at fault
    page_ids = [page.page_id for competitor in competitors for page in competitor.pages]
    return Workspace(
        root=root,
        settings=settings,
        competitors=tuple(competitors),
        themes=themes,
        dismissals=load_dismissals(root, page_ids),
        wanted=wanted,
        rules=rules,
    )


def _load_settings(path: Path) -> Settings:
    data, text = read_toml(path)
    for (table, key), holds_password in _WITH_PASSWORDS.items():
        values = data.get(table)
        value = values.get(key) if isinstance(values, dict) else None
        if isinstance(value, str) and holds_password.search(value):
            raise WorkspaceError(
                f"{path}:{key_lines(text).get((table, key), 1)}: {table}.{key} holds a password, and this file is "
                f"shared; set the environment variable DETENTE_{table.upper()}__{key.upper()} instead"
            )
    return validated(Settings, path, data, text)


def _load_competitor(path: Path, seen: dict[str, str]) -> Competitor:
    """One competitor; `seen` maps each URL met so far to where it stands."""
    slug = path.stem
    if not _SLUG.match(slug):
        raise WorkspaceError(f"{path}:1: the file name is the slug: {_slug_help(slug)}")
    data, text = read_toml(path)
    entry = validated(CompetitorEntry, path, data, text)
    lines = key_lines(text)
    pages: dict[str, Page] = {}
    for position, page in enumerate(entry.pages):
        line = lines.get(("pages", position), 1)
        page_id = f"{slug}/{page.name or page.kind.replace('_', '-')}"
        if page_id in pages:
            raise WorkspaceError(f"{path}:{line}: a second page {page_id!r}; give each a `name` of its own")
        # a trailing slash or another spelling of the host must not make one page into two series
        key = page.url.rstrip("/")
        if key in seen:
            raise WorkspaceError(f"{path}:{line}: {page.url} is watched already, in {seen[key]}; remove one of the two")
        seen[key] = f"{path}:{line}"
        if page.reader and (fault := reader_names.fault_of(page.reader, page.kind, path.parents[1])):
            raise WorkspaceError(f"{path}:{lines.get(('pages', position, 'reader'), line)}: reader: {fault}")
        pages[page_id] = Page(
            page_id=page_id,
            competitor=slug,
            url=page.url,
            kind=page.kind,
            reader="" if page.reader in (None, page.kind) else str(page.reader),
            selectors=page.selectors,
            earlier_selectors=tuple(page.earlier_selectors),
            render=page.render,
            every_hours=_HOURS[page.cadence],
        )
    return Competitor(
        slug=slug,
        name=entry.name,
        aliases=tuple(entry.aliases),
        domains=tuple(entry.domains),
        pages=tuple(pages.values()),
    )


def _slug_help(value: str) -> str:
    return f"{value!r} must be lower-case letters, digits and single hyphens, such as 'acme-desk.toml'"


def load_themes(path: Path) -> tuple[ThemeEntry, ...]:
    """The lines of a roadmap in TOML; none where there is no such file.

    Raises:
        WorkspaceError: The file is invalid; with file and line.
    """
    if not path.exists():
        return ()
    data, text = read_toml(path)
    themes = validated(RoadmapEntry, path, data, text).themes
    lines = key_lines(text)
    names: set[str] = set()
    for position, theme in enumerate(themes):
        if theme.name.casefold() in names:
            raise WorkspaceError(f"{path}:{lines.get(('themes', position), 1)}: a second theme {theme.name!r}")
        names.add(theme.name.casefold())
    return tuple(themes)


_SCHEMAS: Mapping[str, type[BaseModel]] = {
    "detente": Settings,
    "competitor": CompetitorEntry,
    "roadmap": RoadmapEntry,
    "dismissed": DismissedEntry,
    "wanted": WantedEntry,
    "rules": Rules,
}


def json_schemas() -> Iterator[tuple[str, str]]:
    """File name and text of the JSON Schema of every kind of workspace file, for editors."""
    for name, model in _SCHEMAS.items():
        schema = model.model_json_schema()
        yield f"{name}.schema.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_DETENTE_TOML = """\
#:schema schemas/detente.schema.json
# Every key with its meaning: docs/reference/settings.md. An environment variable wins over this file,
# e.g. DETENTE_FETCH__PACE_S=5. Secrets belong into the environment, never in here.

[company]
name = {name}
currency = "USD"
time_zone = "UTC"
contact = ""            # a web or mail address at which a site's owner can reach you

[schedule]
collect = "0 5 * * *"   # daily
weekly = "0 7 * * 1"    # Monday 07:00, in your time zone
"""

_COMPETITOR_TOML = """\
#:schema ../schemas/competitor.schema.json
# One file per competitor; its name is the competitor's slug. Copy this to competitors/<slug>.toml.

name = "Globex Desk"
aliases = ["Globex"]
domains = ["globex.example"]

[[pages]]
kind = "pricing"        # pricing, release_notes or page
url = "https://www.globex.example/pricing"

[[pages]]
kind = "release_notes"
url = "https://www.globex.example/changelog.xml"
"""

_ROADMAP_TOML = """\
#:schema schemas/roadmap.schema.json
# The lines of your roadmap.

# [[themes]]
# name = "Single sign-on"
# description = "Sign in with the customer's identity provider."
# keywords = ["SSO", "SAML", "OIDC"]
# status = "now"          # now, next, later, parked, shipped, declined
# weight = 1              # how much it counts beside the others, 0 to 10
# ours = "no"             # no, partly or yes: whether we have it; left out, it is unknown, which is not no
"""


def init(root: Path) -> list[Path]:
    """Makes a new workspace at `root` and returns the files written, relative to it.

    Raises:
        UsageError: There is a workspace already.
        StorageError: The folder cannot be written.
    """
    if (root / "detente.toml").exists():
        raise UsageError(f"{root}: there is a workspace already; edit its files, or choose another folder")
    name = json.dumps(root.resolve().name, ensure_ascii=False)
    files = {
        "detente.toml": _DETENTE_TOML.format(name=name),
        "competitors/globex.toml.example": _COMPETITOR_TOML,
        "roadmap.toml": _ROADMAP_TOML,
        "wanted.toml": WANTED_TOML,
        RULES_FILE: default_text(),
        ".gitignore": "data/\n",
        **{f"schemas/{schema}": text for schema, text in json_schemas()},
    }
    try:
        for relative, text in files.items():
            path = root / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (root / "data").mkdir(exist_ok=True)
        (root / "data").chmod(0o700)
    except OSError as error:
        raise StorageError(f"{root}: cannot be written: {error.strerror}; choose another folder") from None
    return [Path(relative) for relative in files]
