"""changedetection.io with its defaults, in its batch mode: one process per check, no web server beside it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from bench.contenders.contender import Mode, Verdict, judged
from bench.contenders.installing import install
from bench.measure import BenchError, Server, run


class ChangeDetection:
    """`changedetection.io -b`: adds all URLs at the first check, rechecks all at the others."""

    package = "changedetection.io==0.60.10"
    name = "changedetection.io 0.60.10 (batch)"
    modes: tuple[Mode, ...] = ("dynamic",)

    def prepare(self, folder: Path, server: Server) -> None:
        """Installs it and makes its datastore."""
        self._folder, self._server = folder, server
        self._programs = install(self.package)
        self._store = folder / "datastore"
        self._store.mkdir()

    def check(self, number: int) -> Verdict:
        """Runs the batch once; what it found stands in the history of each watch."""
        log = self._folder / f"check-{number}.log"
        site = self._server.site
        pages = [word for page in site.pages for word in ("-u", page.url)] if number == 1 else ["-r", "all"]
        more = {
            # addresses like 127.0.1.1 are refused otherwise; nothing is asked of the internet
            "ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "DISABLE_VERSION_CHECK": "true", "LLM_FEATURES_DISABLED": "true",
            "LISTEN_HOST": "127.0.0.1",
        }  # fmt: skip
        command: list[str | Path] = [
            self._programs / "changedetection.io",
            "-C",
            "-d",
            self._store,
            "-h",
            "127.0.0.1",
            "-l",
            "WARNING",
        ]
        began = int(time.time())
        cost = run([*command, "-b", *pages], home=self._folder, server=self._server, log=log, more=more)
        checked, changed = self._found(began)
        if not checked:
            raise BenchError(f"ended with {cost.code}: {log.read_text(errors='replace').strip()[-200:]}")
        return judged(cost, site, number, changed, failed=len(site.pages) - checked)

    def _found(self, began: int) -> tuple[int, set[str]]:
        """How many watches were checked since then, and the URLs of those that have a new version."""
        checked, changed = 0, set()
        for path in self._store.glob("*/watch.json"):
            watch = json.loads(path.read_text(encoding="utf-8"))
            checked += (watch.get("last_checked") or 0) >= began
            history = path.with_name("history.txt")
            lines = history.read_text(encoding="utf-8").split("\n") if history.exists() else []
            if len(lines) > 1 and int(lines[-2].split(",")[0]) >= began:
                changed.add(watch["url"])
        return checked, changed
