"""The bare loop as a program: fetches every URL of a file, and imports nothing but httpx.

Arguments: the file of URLs, the file in which validators are kept, the number of connections.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx


async def fetch_all(urls: list[str], validators: dict[str, str], connections: int) -> int:
    """Fetches every URL and returns how many were answered with 200 or 304; keeps their validators."""
    answered = 0
    left = iter(urls)
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:

        async def work() -> None:
            nonlocal answered
            for url in left:
                known = validators.get(url)
                response = await client.get(url, headers={"If-None-Match": known} if known else None)
                answered += response.status_code in (200, 304)
                if etag := response.headers.get("etag"):
                    validators[url] = etag

        await asyncio.gather(*(work() for _ in range(connections)))
    return answered


if __name__ == "__main__":
    listed, kept = Path(sys.argv[1]), Path(sys.argv[2])
    known_already: dict[str, str] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    count = asyncio.run(fetch_all(listed.read_text(encoding="utf-8").split(), known_already, int(sys.argv[3])))
    kept.write_text(json.dumps(known_already), encoding="utf-8")
    print(json.dumps({"answered": count}))
