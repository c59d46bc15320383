"""`python -m bench.matching.ours FILE [N]`: matches the texts of a file; prints CPU seconds and memory as JSON.

With N, the texts are taken again and again until there are N, once; otherwise it is the fastest of three rounds.
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import time
from pathlib import Path

from detente.vectors import word_vectors
from scoring.matching import Theme, ThemeMatcher


def main() -> None:
    """Reads, matches, prints."""
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    texts, rounds = given["texts"], 3
    if len(sys.argv) > 2:
        texts, rounds = list(itertools.islice(itertools.cycle(texts), int(sys.argv[2]))), 1
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        themes = [Theme(key=str(number), name=text) for number, text in enumerate(given["themes"])]
        ThemeMatcher(themes, vectors=word_vectors()).match_many(texts)
        seconds.append(time.process_time() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": min(seconds), "peak_mb": peak}))


if __name__ == "__main__":
    main()
