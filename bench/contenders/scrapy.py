"""Scrapy with its default settings: fetches and stores, and knows of a change only that bytes differ."""

from __future__ import annotations

from pathlib import Path

from bench.contenders.contender import Mode, Verdict, judged
from bench.contenders.installing import install
from bench.measure import ROOT, BenchError, Server, run

_SPIDER = ROOT / "bench" / "programs" / "scrapy_spider.py"


class Scrapy:
    """`scrapy runspider` of the smallest spider that does the job."""

    package = "scrapy==2.19.0"
    name = "Scrapy 2.19.0"
    modes: tuple[Mode, ...] = ("dynamic", "validators")

    def prepare(self, folder: Path, server: Server) -> None:
        """Installs it and writes the list of URLs."""
        self._folder, self._server = folder, server
        self._programs = install(self.package)
        (folder / "urls.txt").write_text("\n".join(page.url for page in server.site.pages), encoding="utf-8")

    def check(self, number: int) -> Verdict:
        """Crawls all pages once."""
        log = self._folder / f"check-{number}.log"
        command: list[str | Path] = [
            self._programs / "scrapy",
            "runspider",
            _SPIDER,
            "-L",
            "ERROR",
            "-a",
            f"folder={self._folder}",
        ]
        cost = run(command, home=self._folder, server=self._server, log=log)
        if cost.code != 0 or not (self._folder / "seen.txt").exists():
            raise BenchError(f"ended with {cost.code}: {log.read_text(errors='replace').strip()[-200:]}")
        seen = int((self._folder / "seen.txt").read_text(encoding="utf-8"))
        changed = set((self._folder / "changed.txt").read_text(encoding="utf-8").split())
        site = self._server.site
        return judged(cost, site, number, changed, failed=len(site.pages) - seen)
