"""Sightings as somebody of a test's site sends them, and what stands on a page."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from html import unescape
from types import MappingProxyType
from typing import Any

import httpx
from lxml import html

from desk.accepting.accept import accept
from detente.sightings import Submission, Upload

# what the gate makes of a sighting, by the answers that lead to it
ANSWERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cleared": {"source": "public"},
        "waiting": {},
        "quarantined": {"source": "document", "confidential": "yes", "nda": "no", "meant_for_me": "yes"},
        "not_kept": {
            "source": "competitor", "confidential": "no", "nda": "no", "knew_me": "yes", "own_prices": "yes"
        },
    }
)  # fmt: skip

# what must stand on a page as it was typed, and do nothing
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</textarea></title></style><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}",
    "{% for x in y %}{{ self.__class__ }}",
    "&lt;b&gt;&amp;",
    "\u202etxt.exe\u202c \u2066right to left",
)


def send(
    site: Any, who: str, text: str, *, gate: str = "cleared", files: Sequence[tuple[str, bytes]] = (), **more: Any
) -> str:
    """Sends a sighting that the gate decides so, brings it into the desk, and gives its id."""
    sighting_id = send_only(site, who, text, gate=gate, files=files, **more)
    site.services.indexing.run_once()
    return sighting_id


def send_only(
    site: Any, who: str, text: str, *, gate: str = "cleared", files: Sequence[tuple[str, bytes]] = (), **more: Any
) -> str:
    """Sends a sighting, which stays in the inbox."""
    sighting_id = str(uuid.uuid4())
    values: dict[str, Any] = {"sighting_id": sighting_id, "text": text, "competitor": "globex", **ANSWERS[gate], **more}
    services = site.services
    accepted = accept(
        services.inbox,
        Submission(**values),
        [Upload(name=name, media_type="", body=body) for name, body in files],
        person_id=site.people[who].person_id,
        channel="mail" if gate == "waiting" else "form",
        now=services.clock.now(),
        limits=services.limits,
        competitors=[one.slug for one in services.workspace.competitors],
        currency="EUR",
    )
    assert accepted.gate.state == gate
    return sighting_id


def words(answer: httpx.Response) -> str:
    """What a person reads on a page, in one line."""
    assert answer.headers["content-type"].startswith("text/html")
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.text, flags=re.S)
    apart = re.sub(r"</?(?:li|dt|dd|p|span|h[1-6]|option|label|legend)\b[^>]*>", " ", bare)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", apart)).split())


def living_parts(answer: httpx.Response) -> list[str]:
    """What a page holds, as a browser parses it, that runs, loads or leads elsewhere and is none of ours."""
    found = []
    for node in html.document_fromstring(answer.text).iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag in ("svg", "iframe", "object", "embed", "base", "style", "math", "template"):
            found.append(f"<{node.tag}>")
        if node.tag == "script" and (node.text or not node.get("src", "").startswith("/static/")):
            found.append(html.tostring(node).decode())
        for name, value in node.attrib.items():
            is_address = name in ("href", "src", "action", "formaction", "hx-post", "hx-get")
            leads_away = is_address and (not value.startswith(("/", "#")) or value.startswith("//"))
            if leads_away or name.startswith("on") or name in ("style", "autofocus", "srcdoc"):
                found.append(f"{name}={value!r}")
    return found
