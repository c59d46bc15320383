"""urlwatch with its defaults: jobs of kind `url` without a filter, the report on standard output."""

from __future__ import annotations

import re
from pathlib import Path

from bench.contenders.contender import Mode, Verdict, judged
from bench.contenders.installing import install
from bench.measure import BenchError, Server, run

_HEADLINE = re.compile(rb"^\d+\. (CHANGED|ERROR): (\S+)", re.MULTILINE)


class Urlwatch:
    """One process per check, as cron runs it."""

    package = "urlwatch==2.29"
    name = "urlwatch 2.29"
    modes: tuple[Mode, ...] = ("dynamic", "validators")

    def prepare(self, folder: Path, server: Server) -> None:
        """Installs it and writes its list of jobs."""
        self._folder, self._server = folder, server
        self._programs = install(self.package)
        jobs = "---\n".join(f"kind: url\nname: {page.page_id}\nurl: {page.url}\n" for page in server.site.pages)
        (folder / "urls.yaml").write_text(jobs, encoding="utf-8")
        (folder / "urlwatch.yaml").write_text(
            "report:\n  stdout: {enabled: true, color: false}\n"
            "  text: {details: true, footer: true, line_length: 0, minimal: false}\n",
            encoding="utf-8",
        )
        (folder / "hooks.py").write_text("", encoding="utf-8")

    def check(self, number: int) -> Verdict:
        """Runs it once; its report names the pages that changed."""
        folder, log = self._folder, self._folder / f"check-{number}.log"
        command: list[str | Path] = [
            self._programs / "urlwatch", "--urls", folder / "urls.yaml", "--config", folder / "urlwatch.yaml",
            "--hooks", folder / "hooks.py", "--cache", folder / "cache.db",
        ]  # fmt: skip
        more = {"XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        cost = run(command, home=folder, server=self._server, log=log, more=more)
        report = log.read_bytes()
        if cost.code != 0:
            raise BenchError(f"ended with {cost.code}: {report[-200:].decode(errors='replace').strip()}")
        urls = {page.page_id: page.url for page in self._server.site.pages}
        changed: set[str] = set()
        failed: set[str] = set()
        for verb, name in _HEADLINE.findall(report):
            (changed if verb == b"CHANGED" else failed).add(urls.get(name.decode(), name.decode()))
        note = f"report of {len(report) / 1e6:.0f} MB" if len(report) > 5e6 else ""
        return judged(cost, self._server.site, number, changed, failed=len(failed), note=note)
