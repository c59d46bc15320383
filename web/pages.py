"""Pages: Jinja templates, each with a dataclass of what it shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web.access.permissions import Permission
from web.access.visitor import NOBODY, Visitor
from web.services import services_of

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"

CONTEXTS: dict[str, type] = {}
"""By template, the dataclass of what it shows."""

_Context = TypeVar("_Context", bound=type)


def shows(template: str) -> Callable[[_Context], _Context]:
    """Says of a dataclass which template it is made for; its fields are the template's variables."""

    def note(context: _Context) -> _Context:
        CONTEXTS[template] = context
        return context

    return note


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What every page shows around its content, as `frame`.

    Attributes:
        visitor: Who looks; `frame.visitor.may("report")` decides what is offered.
        company: The workspace's company.
        path: The path of this page.
        links: The navigation: pairs of path and words.
    """

    visitor: Visitor
    company: str
    path: str
    links: tuple[tuple[str, str], ...]


_LINKS: tuple[tuple[str, str, Permission], ...] = (
    ("/r/new", "Report", Permission.REPORT),
    ("/r/mine", "Mine", Permission.REPORT),
    ("/rewards", "Rewards", Permission.REPORT),
    ("/sightings", "Inbox", Permission.READ_SIGHTINGS),
    ("/quarantine", "Quarantine", Permission.REVIEW_QUARANTINE),
    ("/admin/people", "Admin", Permission.ADMINISTER),
)


@cache
def static_url(name: str) -> str:
    """The address of a file in `web/static/`, with a part of its hash: it may be cached for ever.

    Raises:
        FileNotFoundError: There is no such file.
    """
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


_TIMES = {"when": "%a %-d %b %Y, %H:%M", "day": "%-d %b %Y"}


def _moment(value: datetime, zone: str, form: str) -> Markup:
    shown = value.astimezone(ZoneInfo(zone)).strftime(form)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), shown)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_url
    return environment


ENVIRONMENT = _environment()
"""Jinja's environment. Beside a page's own variables, templates have `frame`, `static('detente.css')` (the address of a
file), `when(moment)` (a `<time>` in the company's zone) and `day(moment)` (the same without the hour)."""


def render(
    request: Request, template: str, context: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """A page of a template and of the dataclass that was made for it.

    Raises:
        TypeError: The dataclass was made for another template.
    """
    if CONTEXTS.get(template) is not type(context):
        raise TypeError(f"{template} is not shown with {type(context).__name__}: put @shows({template!r}) on its class")
    values: dict[str, Any] = {field.name: getattr(context, field.name) for field in fields(context)}  # type: ignore[arg-type]
    return HTMLResponse(
        ENVIRONMENT.get_template(template).render(values, frame=_frame(request), **_times(request)),
        status_code=status,
        headers=dict(headers or {}),
    )


def _times(request: Request) -> dict[str, Callable[[datetime], Markup]]:
    zone = services_of(request).workspace.settings.company.time_zone
    return {name: partial(_moment, zone=zone, form=form) for name, form in _TIMES.items()}


def _frame(request: Request) -> Frame:
    visitor: Visitor = getattr(request.state, "visitor", NOBODY)
    return Frame(
        visitor=visitor,
        company=services_of(request).workspace.settings.company.name,
        path=request.url.path,
        links=tuple((path, words) for path, words, needs in _LINKS if visitor.may(needs)),
    )
