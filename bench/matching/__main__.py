"""`python -m bench.matching`: matches the same generated texts to 50 themes with ours and with scikit-learn."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.contenders.installing import WORK, install
from bench.measure import ROOT
from bench.vectors.distil import WORDS

THEMES = 50
TEXTS = 20_000
PEER = "scikit-learn==1.9.1"
# one core each, so that it is the work that is compared
_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main() -> None:
    """Reads the words of the command line, measures, and prints."""
    words = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    words.add_argument("--texts", type=int, default=TEXTS, help=f"how many texts both match; {TEXTS} by default")
    words.add_argument("--many", type=int, default=0, help="so many texts more by ours alone, for time and memory")
    words.add_argument("--peer-python", type=Path, help="a Python that has scikit-learn; else one is installed")
    given = words.parse_args()
    peer = given.peer_python or install(PEER) / "python"
    for length in (30, 110):
        file = WORK / f"texts-{length}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(generated(given.texts, length)), encoding="utf-8")
        ours = _run(sys.executable, "-m", "bench.matching.ours", str(file))
        theirs = _run(str(peer), str(ROOT / "bench" / "programs" / "tfidf_match.py"), str(file))
        rates = [given.texts / one["seconds"] for one in (ours, theirs)]
        print(f"{given.texts:,} texts of about {length} words × {THEMES} themes, texts per second of one core:")
        print(f"  Détente {rates[0]:,.0f} ({ours['peak_mb']:,.0f} MB), TF-IDF of scikit-learn {rates[1]:,.0f}", end="")
        print(f": {rates[0] / rates[1]:.2f} times as fast")
        if given.many and length == 30:
            many = _run(sys.executable, "-m", "bench.matching.ours", str(file), str(given.many))
            print(f"{given.many:,} texts: {many['seconds']:.0f} s, {many['peak_mb']:,.0f} MB")


def generated(count: int, length: int) -> dict[str, list[str]]:
    """Themes and texts of words that the vectors know, some of them often; the same each time."""
    draw = random.Random(length)
    words = WORDS.read_text(encoding="utf-8").split()
    draw.shuffle(words)
    weights = [1 / (20 + place) for place in range(len(words))]

    def text(least: int, most: int) -> str:
        said = draw.choices(words, weights, k=draw.randint(least, most))
        return " ".join(word + draw.choice((" ", " ", " ", ",", ".")) for word in said)

    return {
        "themes": [text(8, 25) for _ in range(THEMES)],
        "texts": [f"{text(3, 8)}\n{text(length // 2, length * 3 // 2 - 8)}" for _ in range(count)],
    }


def _run(*command: str) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ | _ONE_CORE)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    main()
