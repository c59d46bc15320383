"""What makes the form an application on a phone: the page without a connection, the service worker, the manifest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from web.access.permissions import Permission
from web.access.visitor import NOBODY
from web.compressed import compressed
from web.pages import STATIC, render, shows, static_url
from web.report.form import empty
from web.report.page import SCRIPTS, Form
from web.routing import Routes
from web.services import services_of

routes = Routes()

FORM = "/offline"
STYLES = ("vendor/pico.classless.min.css", "detente.css", "report.css")


@shows("report/offline.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class OfflinePage:
    """The form as every device may keep it: nobody's, and without a competitor's name.

    Attributes:
        form: The empty form.
    """

    form: Form


def _page(request: Request) -> Response:
    # whoever asks: what a device keeps must not name them
    request.state.visitor = NOBODY
    form = Form(
        sighting_id="", written_by="", opened_at="", values=empty(), limits=services_of(request).limits, is_shell=True
    )
    return render(request, "report/offline.html", OfflinePage(form=form))


@routes.get(FORM, needs=Permission.ANYONE)
def offline(request: Request) -> Response:
    """The form that the service worker keeps; nothing in it is anybody's."""
    return compressed(request, _page(request))


@routes.get("/sw.js", needs=Permission.ANYONE)
def service_worker(request: Request) -> Response:
    """The service worker; its text changes when the form or one of its files does, and then browsers renew it."""
    files = [static_url(name) for name in (*STYLES, "js/form.js", "icons/detente.svg")]
    files += [f"/static/{name}" for name in SCRIPTS]
    digest = hashlib.sha256(bytes(_page(request).body))
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    head = {"VERSION": digest.hexdigest()[:16], "FORM": FORM, "FILES": files, "QUEUE": static_url("js/queue.js")}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in head.items()]
    body = "\n".join([*lines, (STATIC / "sw.js").read_text(encoding="utf-8")])
    headers = {"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"}
    return compressed(request, Response(body, 200, headers, "text/javascript; charset=utf-8"))


@routes.get("/manifest.webmanifest", needs=Permission.ANYONE)
def manifest(request: Request) -> Response:
    """What a phone needs to know to put the form on its home screen."""
    body = (STATIC / "manifest.webmanifest").read_bytes()
    return compressed(request, Response(body, 200, {"Cache-Control": "no-cache"}, "application/manifest+json"))
