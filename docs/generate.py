"""Writes the reference pages that the code itself can tell: commands, settings, workspace files and tables.

`python docs/generate.py` writes them; with `--check` it names the pages that differ and ends with 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from typer.main import get_command
from typer.testing import CliRunner

from cli.main import app
from detente.dismissed import RuleEntry
from detente.rules import PART_NAMES, Reasoned, default_rules
from detente.settings import setting_tables
from detente.wanted import QuestionEntry
from detente.workspace import CompetitorEntry, PageEntry, RoadmapEntry, ThemeEntry
from sources.pricing.chosen import SELECTORS
from warehouse.tables import Table, tables
from web.api.document import document, operations

REFERENCE = Path(__file__).parent / "reference"
_WIDTH = 100
_NOTE = "<!-- Written by docs/generate.py: change the code, and run `python docs/generate.py`. -->\n\n"
Schema = Mapping[str, Any]


def pages() -> dict[str, str]:
    """The text of every generated page, by its file name."""
    return {
        "commands.md": _commands(),
        "settings.md": _settings(),
        "workspace-files.md": _workspace_files(),
        "tables.md": _tables(),
        "api.md": _api(),
    }


def _commands() -> str:
    names = sorted(getattr(get_command(app), "commands"))  # noqa: B009  (which class of click it is differs by version)
    parts = [
        "# Commands\n\n" + _NOTE,
        "What a command finds goes to standard output; what it says goes to standard error. ",
        "Each reads the workspace that `--workspace` names, or the environment variable `DETENTE_WORKSPACE`, ",
        "or the one around the current folder.\n\n",
        "| exit code | means |\n|---|---|\n",
        "| 0 | it is done |\n",
        "| 1 | it failed; the message says what to do |\n",
        "| 2 | the command line or a file of the workspace is wrong |\n",
        "| 3 | it is done, but some pages could not be read |\n",
        "| 130 | it was interrupted; the same command goes on from there |\n\n",
        "[When something fails](../how-to/when-something-fails.md) goes through the causes.\n\n",
        _help("detente"),
    ]
    return "".join([*parts, *(_section(name) for name in names)])


def _section(name: str) -> str:
    """A command with its help, and below it those that it is a group of."""
    group = getattr(getattr(get_command(app), "commands")[name], "commands", {})  # noqa: B009
    inner = (f"\n### `detente {name} {one}`\n\n{_help('detente', name, one)}" for one in sorted(group))
    return "".join([f"\n## `detente {name}`\n\n{_help('detente', name)}", *inner])


def _help(program: str, *words: str) -> str:
    settings: dict[str, Any] = {"terminal_width": _WIDTH, "max_content_width": _WIDTH}
    shown = CliRunner().invoke(app, [*words, "--help"], prog_name=program, color=False, **settings)
    lines = [line.rstrip() for line in shown.output.strip().splitlines()]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _settings() -> str:
    parts = [
        "# Settings\n\n" + _NOTE,
        "The keys of `detente.toml`. An unknown key is an error that names its file, its line and the nearest right ",
        "name. An environment variable wins over the file; an empty one counts as not set. Secrets belong into the ",
        "environment, never into the file. A list is written as JSON in the environment: ",
        "`DETENTE_FETCH__ALLOW_HOSTS='[\"intranet.acme.test:8080\"]'`.\n",
    ]
    for table, model in setting_tables().items():
        parts += [f"\n## `[{table}]`\n\n{model.__doc__}\n\n"]
        parts += ["| key | type | default | meaning | environment variable |\n|---|---|---|---|---|\n"]
        for key, kind, default, meaning in _keys(model):
            variable = f"DETENTE_{table.upper()}__{key.upper()}"
            parts.append(f"| `{key}` | {kind} | {default} | {meaning} | `{variable}` |\n")
    return "".join(parts)


def _workspace_files() -> str:
    parts = [
        "# Workspace files\n\n" + _NOTE,
        "A *workspace* is a folder that you own. `detente init FOLDER` makes one; `detente check` reads all of it and ",
        "names each fault with its file and line. `schemas/` holds a JSON Schema of every kind of file, for editors ",
        "that complete and check TOML.\n\n",
        "| file | holds | kept by |\n|---|---|---|\n",
        "| `detente.toml` | [settings](settings.md) | you |\n",
        "| `competitors/<slug>.toml` | one competitor and its pages; the file's name is its slug | you |\n",
        "| `roadmap.toml` | the themes of your roadmap; may be left out | you |\n",
        "| `rules.toml` | by what items are scored and credited; without it, as in a new workspace | you |\n",
        "| `readers/<name>.py` | a [reader of your own](../how-to/write-a-reader.md); may be left out | you |\n",
        "| `readers/cases/<name>/<case>/` | a saved page and what that reader must read of it | you |\n",
        "| `dismissed.toml` | changes that are none, as rules that `detente changes dismiss` writes | you |\n",
        "| `wanted.toml` | [what Product wants to know](../how-to/ask-for-what-you-want-to-know.md); may be left out ",
        "| you |\n",
        "| `data/archive/` | snapshots by hash, and the logs of fetches and runs: the truth | Détente |\n",
        "| `data/inbox/` | one file per accepted sighting: the truth | Détente |\n",
        "| `data/desk.sqlite` | people, receipts, audit, and an index of the inbox: the truth | Détente |\n",
        "| `data/attachments/` | files of sightings by hash: the truth | Détente |\n",
        "| `data/account.key` | the key of the customers' hashes; a new one makes all of them anew | Détente |\n",
        "| `data/warehouse.duckdb` | what is known; `detente rebuild` makes it anew from those | Détente |\n",
        "| `data/published/` | read-only copies for readers; `current.duckdb` leads to the newest | Détente |\n",
        "| `data/weekly/<week>/` | the weekly report as HTML, Markdown and JSON | Détente |\n\n",
        "Keep the files that you write in git; back up what is called the truth, and the key ",
        "([how](../how-to/run-on-a-server.md#back-it-up)). All else in `data/` can be made again.\n",
    ]
    of_file: tuple[tuple[str, type[BaseModel]], ...] = (
        ("`competitors/<slug>.toml`", CompetitorEntry),
        ("`[[pages]]` of a competitor", PageEntry),
        ("`roadmap.toml`", RoadmapEntry),
        ("`[[themes]]` of the roadmap", ThemeEntry),
        ("`[[rules]]` of `dismissed.toml`", RuleEntry),
        ("`[[questions]]` of `wanted.toml`", QuestionEntry),
    )
    for name, model in of_file:
        parts.append(f"\n## {name}\n\n| key | type | default | meaning |\n|---|---|---|---|\n")
        parts += [f"| `{key}` | {kind} | {default} | {meaning} |\n" for key, kind, default, meaning in _keys(model)]
    parts.append(_rules())
    parts += [
        "\n## Selectors\n\nCSS selectors by name. Where they find nothing, the reader has read nothing, and ",
        "`page_health` says so; in an imported old version the reader's own heuristics are asked instead.\n\n",
        "| kind | selector | what it chooses |\n|---|---|---|\n",
        *(f"| `pricing` | `{name}` | {meaning} |\n" for name, meaning in SELECTORS.items()),
        "| `page` | `main` | only what is inside the first match is read |\n",
        "| `page` | `drop` | what matches is left out |\n",
        "\nThe reader of `release_notes` knows no selectors. A reader of your own is given whatever stands there.\n",
    ]
    return "".join(parts)


def _rules() -> str:
    """The rules that a new workspace begins with, with the reasons that stand in the file itself."""
    rules = default_rules()
    tables: dict[str, Reasoned] = {"clusters": rules.clusters}
    tables |= {f"relevance.{name}": getattr(rules.relevance, name) for name in PART_NAMES}
    tables |= {"rewards": rules.rewards}
    parts = [
        "\n## `rules.toml`\n\nBy what items are put together, ",
        "[scored](../explanation/how-items-are-scored.md) and credited. Every number needs its reason, as ",
        "`because.<key>` beside it, and every change a higher `version`. What an amount in another currency is worth ",
        "stands under `[rates]`, as `EUR = 1.08`.\n",
    ]
    for name, table in tables.items():
        parts.append(f"\n### `[{name}]`\n\n| key | begins with | meaning | because |\n|---|---|---|---|\n")
        for key, reason in table.because.items():
            about = type(table).model_fields[key].description or ""
            parts.append(f"| `{key}` | {_value(getattr(table, key))} | {_cell(about)} | {_cell(reason)} |\n")
    parts.append("\n### `[[rewards.rules]]`\n\n| name | stage | points | factors | because |\n|---|---|---|---|---|\n")
    for rule in rules.rewards.rules:
        factors = ", ".join(f"{factor:g}" for factor in rule.factors)
        parts.append(f"| `{rule.name}` | {rule.stage} | {rule.points} | {factors} | {_cell(rule.because)} |\n")
    return "".join(parts)


def _value(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} {_value(number)}" for key, number in value.items())
        case list() | tuple():
            return ", ".join(map(_value, value))
        case float():
            return f"{value:.12g}"
        case _:
            return str(value)


def _tables() -> str:
    published = sorted((table for table in tables() if table.published), key=lambda table: table.name)
    parts = [
        "# Tables\n\n" + _NOTE,
        "What a published file holds; `detente sql` and notebooks see these tables and no others. All times are UTC. ",
        "A hash of the same things is the same on every machine. Each table's query and checks stand in ",
        "`warehouse/tables/<name>/`.\n\n| table | one row is |\n|---|---|\n",
        *(f"| [{table.name}](#{table.name}) | {table.grain.removeprefix('one row per ')} |\n" for table in published),
        "| `build` | the file itself: `as_of` says when the build that made it was started |\n",
        *(_table(table) for table in published),
    ]
    return "".join(parts)


def _table(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    head = f"\n## {table.name}\n\nGrain: {table.grain}. Key: {key}.\n\n| column | meaning |\n|---|---|\n"
    return head + "".join(f"| `{name}` | {_cell(meaning)} |\n" for name, meaning in table.columns.items())


def _api() -> str:
    """The API's description, from the same document that programs read."""
    described = document()
    parts = ["# API\n\n" + _NOTE, described["info"]["description"]]
    parts += ["\n`detente serve` shows the same under `/api/docs`, and as OpenAPI 3.1 under `/api/v1/openapi.json`.\n"]
    for method, path, operation in operations(described):
        parts.append(f"\n## {operation['summary']}\n\n`{method} {path}`\n\n{operation['description']}\n\n")
        parts.append("| parameter | in | meaning |\n|---|---|---|\n")
        parts += [f"| `{one['name']}` | {one['in']} | {one['description']} |\n" for one in operation["parameters"]]
        parts.append("\n| answer | means |\n|---|---|\n")
        parts += [f"| {status} | {one['description']} |\n" for status, one in operation["responses"].items()]
    schemas = described["components"]["schemas"]
    parts += [f"\n## {title}\n\n{_fields(schemas[name])}" for name, title in _API_SHAPES.items()]
    return "".join(parts)


_API_SHAPES: Mapping[str, str] = {"Sighting": "A sighting", "ReceiptOut": "A receipt", "ProblemOut": "A problem"}


def _fields(schema: Schema) -> str:
    rows = [
        f"| `{name}` | {_kind(about)} | {'required' if name in schema.get('required', ()) else ''} "
        f"| {_cell(about['description'])} |\n"
        for name, about in schema["properties"].items()
    ]
    return "| field | type | | meaning |\n|---|---|---|---|\n" + "".join(rows)


def _keys(model: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    """Name, type, default and meaning of every key, from the model's JSON Schema."""
    schema = model.model_json_schema()
    required = schema.get("required", ())
    for key, about in schema["properties"].items():
        default = "required" if key in required else _default(about)
        yield key, _cell(_kind(about)), default, _cell(about.get("description", ""))


def _kind(about: Schema) -> str:
    if "$ref" in about:
        return "table"
    if "anyOf" in about:
        return " or ".join(_kind(one) for one in about["anyOf"] if one.get("type") != "null")
    if about.get("format") in ("date", "date-time"):
        return {"date": "date", "date-time": "time"}[about["format"]]
    if "enum" in about:
        return ", ".join(f"`{value}`" for value in about["enum"])
    if about["type"] == "array":
        return "list of tables" if "$ref" in about["items"] else f"list of {_kind(about['items'])}s"
    if about["type"] == "object":
        inner = about["additionalProperties"]
        return f"table of {'lists' if inner.get('type') == 'array' else _kind(inner) + 's'}"
    words = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤"}
    bounds = [f"{sign} {about[name]:g}" for name, sign in words.items() if name in about]
    return " ".join([about["type"], ", ".join(bounds)]).strip()


def _default(about: Schema) -> str:
    if about.get("default") is None:
        return "empty" if about.get("type") in ("array", "object") else "none"
    return f"`{json.dumps(about['default'], ensure_ascii=False)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def main(words: list[str]) -> int:
    """Writes the pages, or names those that differ."""
    differ = []
    for name, text in pages().items():
        path = REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            differ.append(name)
            if "--check" not in words:
                path.write_text(text, encoding="utf-8")
    if differ:
        verb = "differ from the code: run `python docs/generate.py`" if "--check" in words else "written"
        sys.stderr.write(f"{', '.join(differ)}: {verb}\n")
    return 1 if differ and "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
