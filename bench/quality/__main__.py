"""`python -m bench.quality GOLD`: measures all, prints the sums, and writes `docs/quality.md`."""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import ROOT
from bench.quality import documents, duplicates, history, judging, labelled, prices, rewards, themes
from bench.quality.report import Quality, as_markdown

OUT = ROOT / "docs" / "quality.md"


def main() -> None:
    """Reads the words of the command line, measures, and writes."""
    words = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    words.add_argument("gold", type=Path, help="the folder with score.py and the labelled sets")
    words.add_argument("--out", type=Path, default=OUT, help="where the document goes; docs/quality.md by default")
    given = words.parse_args()
    gold: Path = given.gold.resolve()
    if not (gold / "score.py").is_file():
        words.exit(message=f"{given.gold}: no score.py there, so there is nothing to measure on; nothing was written\n")
    with tempfile.TemporaryDirectory(prefix="detente-quality-") as folder:
        work = Path(folder)
        quality = Quality(
            pricing=labelled.measure(gold, "pricing", work),
            releases=labelled.measure(gold, "releases", work),
            unlabelled={name: documents.measure(gold / name) for name in ("changelogs", "release_posts")},
            strings=prices.measure(gold / "price_strings" / "price_parser_examples.jsonl"),
            history=history.measure(gold, work),
            themes=themes.measure(gold),
            duplicates=duplicates.measure(gold),
            rewards=rewards.measure(),
            judging=judging.measure(),
        )
    given.out.write_text(as_markdown(quality, datetime.now(UTC)), encoding="utf-8")
    print("\n".join([*quality.pricing.totals, *quality.releases.totals]))
    print(f"written to {given.out}")


if __name__ == "__main__":
    main()
