"""The loop underneath: httpx, as many connections as Détente, bodies fetched and dropped."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx

from bench.contenders.contender import Mode, Verdict
from bench.measure import ROOT, BenchError, Server, run
from detente.settings import FetchSettings

_CONNECTIONS = FetchSettings.model_fields["hosts_at_once"].default
_LOOP = ROOT / "bench" / "programs" / "fetch_loop.py"


class BareLoop:
    """Fetches and does nothing else: the floor under every contender that uses httpx."""

    name = f"bare httpx {httpx.__version__} loop"
    modes: tuple[Mode, ...] = ("dynamic", "validators")

    def prepare(self, folder: Path, server: Server) -> None:
        """Writes the list of URLs."""
        self._folder, self._server = folder, server
        (folder / "urls.txt").write_text("\n".join(page.url for page in server.site.pages), encoding="utf-8")

    def check(self, number: int) -> Verdict:
        """Fetches all pages once, conditionally from the second time on; it cannot tell what changed."""
        log = self._folder / f"check-{number}.log"
        cost = run(
            [sys.executable, _LOOP, self._folder / "urls.txt", self._folder / "validators.json", str(_CONNECTIONS)],
            home=self._folder,
            server=self._server,
            log=log,
        )
        if cost.code != 0:
            raise BenchError(f"ended with {cost.code}: {log.read_text(errors='replace').strip().splitlines()[-1]}")
        done = json.loads(log.read_text(encoding="utf-8"))["answered"]
        return Verdict(cost=cost, failed=len(self._server.site.pages) - done)
