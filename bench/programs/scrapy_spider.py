"""The smallest Scrapy spider that fetches, stores, and says which bodies differ from the time before.

Run by Scrapy itself, in its own environment: `scrapy runspider scrapy_spider.py -a folder=…`.
"""

import hashlib
import json
from pathlib import Path

import scrapy


class Watch(scrapy.Spider):
    """Stores every body as a file; the folder holds `urls.txt`, and gets `hashes.json` and `changed.txt`."""

    name = "watch"

    def __init__(self, folder, **kwargs):
        super().__init__(**kwargs)
        self.folder = Path(folder)
        self.bodies = self.folder / "bodies"
        self.bodies.mkdir(exist_ok=True)
        self.kept = self.folder / "hashes.json"
        self.before = json.loads(self.kept.read_text()) if self.kept.exists() else {}
        self.now = {}

    async def start(self):
        """One request per URL."""
        for url in (self.folder / "urls.txt").read_text().split():
            yield scrapy.Request(url)

    def parse(self, response):
        """Stores a body under the hash of its URL."""
        (self.bodies / hashlib.sha256(response.url.encode()).hexdigest()).write_bytes(response.body)
        self.now[response.url] = hashlib.sha256(response.body).hexdigest()

    def closed(self, reason):
        """Compares with the time before."""
        changed = [url for url, body in self.now.items() if self.before.get(url, body) != body]
        (self.folder / "changed.txt").write_text("\n".join(changed))
        (self.folder / "seen.txt").write_text(str(len(self.now)))
        self.kept.write_text(json.dumps(self.before | self.now))
