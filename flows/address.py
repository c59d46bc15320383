"""Where Prefect's API is, if one answers; found out without importing Prefect."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from detente.workspace import Workspace

# A server on this machine answers in a few milliseconds; a person waits for this before every run.
_PATIENCE_S = 1.0


def serving_file(workspace: Workspace) -> Path:
    """Where `detente serve` notes the address of the server that it started."""
    return workspace.data / "serving.json"


def candidates(workspace: Workspace) -> list[str]:
    """API addresses in the order in which they are tried: environment, settings, `detente serve`."""
    found = [os.environ.get("PREFECT_API_URL"), workspace.settings.prefect.api_url]
    with suppress(OSError, ValueError, KeyError):  # nobody serves
        found.append(json.loads(serving_file(workspace).read_text(encoding="utf-8"))["api_url"])
    return [url for url in found if url]


def answers(api_url: str, patience_s: float = _PATIENCE_S) -> bool:
    """Whether a Prefect API at this address says that it is well."""
    if not api_url.startswith(("http://", "https://")):
        return False
    try:
        # a proxy of the environment has no business between us and the API
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{api_url.rstrip('/')}/health", timeout=patience_s) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def api_that_answers(workspace: Workspace) -> str | None:
    """The first API that answers."""
    return next((url for url in candidates(workspace) if answers(url)), None)
