"""Détente as a user runs it: `detente run daily --all` in a workspace, with all that it entails."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import warehouse
from bench.contenders.contender import Mode, Verdict
from bench.measure import BenchError, Server, run
from bench.site import Fact, WatchedPage
from detente import __version__

_SOME_PAGES_FAILED = 3


class Detente:
    """Fetches, reads, loads, and tells facts that changed; looks a second time at what did."""

    name = f"Détente {__version__}"
    modes: tuple[Mode, ...] = ("dynamic", "validators")

    def prepare(self, folder: Path, server: Server) -> None:
        """Writes a workspace that watches every page of the site."""
        self._folder, self._server = folder, server
        self._workspace = folder / "workspace"
        self._told: set[Fact] = set()
        (self._workspace / "competitors").mkdir(parents=True)
        hosts = ", ".join(f'"{host}:{server.site.port}"' for host in server.site.hosts)
        (self._workspace / "detente.toml").write_text(
            f'[company]\nname = "Bench"\n\n[fetch]\npace_s = 0\nallow_hosts = [{hosts}]\n', encoding="utf-8"
        )
        pages: dict[str, list[WatchedPage]] = defaultdict(list)
        for page in server.site.pages:
            pages[page.competitor].append(page)
        for slug, watched in pages.items():
            tables = "".join(
                f'\n[[pages]]\nname = "{page.name}"\nkind = "{page.kind}"\nurl = "{page.url}"\n' for page in watched
            )
            (self._workspace / "competitors" / f"{slug}.toml").write_text(
                f'name = "{slug}"\n{tables}', encoding="utf-8"
            )

    def check(self, number: int) -> Verdict:
        """Runs the daily flow over all pages and compares what is published with the truth, fact by fact."""
        log = self._folder / f"check-{number}.log"
        command: list[str | Path] = [Path(sys.executable).parent / "detente", "run", "daily", "--all", "--json"]
        cost = run(
            [*command, "--workspace", self._workspace],
            home=self._folder,
            server=self._server,
            log=log,
        )
        text = log.read_text(encoding="utf-8", errors="replace")
        if cost.code not in (0, _SOME_PAGES_FAILED):
            raise BenchError(f"`detente run daily` ended with {cost.code}: {text.strip().splitlines()[-1]}")
        summary = json.loads(text[text.index("{\n") :])
        told = published_facts(self._workspace)
        new, self._told = told - self._told, told
        truth = set(self._server.site.truth.values()) if number == 3 else set()
        (self._folder / f"check-{number}.facts.json").write_text(
            json.dumps({"false": sorted(new - truth), "missed": sorted(truth - new)}, indent=1, ensure_ascii=False)
        )
        return Verdict(cost=cost, false=len(new - truth), missed=len(truth - new), failed=len(summary["failed"]))


def published_facts(workspace: Path) -> set[Fact]:
    """Every change and every new release that is published, in the form of the site's truth."""
    with warehouse.open(workspace) as connection:
        changes = connection.execute(
            """
            SELECT kind, page_id, subject, old, new, old_amount::DOUBLE, new_amount::DOUBLE, currency, needs_review
            FROM change
            """
        ).fetchall()
        releases = connection.execute(
            "SELECT page_id, coalesce(version, title, first_line), NOT backfill, edited_at FROM release"
        ).fetchall()
    facts: set[Fact] = set()
    for kind, page_id, subject, old, new, old_amount, new_amount, currency, unsure in changes:
        if kind in ("price_increase", "price_decrease"):
            fact: Fact = (kind, page_id, subject, f"{old_amount:g}", f"{new_amount:g}", currency or "?")
        elif kind in ("plan_added", "to_custom"):
            fact = (kind, page_id, subject)
        else:
            fact = (kind, page_id, subject, str(old), str(new))
        # a fact of which the reader itself is not sure is not a fact that was found
        facts.add((*fact, "needs review") if unsure else fact)
    for page_id, name, news, edited_at in releases:
        if news:
            facts.add(("release", page_id, name))
        if edited_at:
            facts.add(("release edited", page_id, name))
    return facts
