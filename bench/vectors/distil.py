"""`python -m bench.vectors.distil MODEL`: makes `detente/vectors/table.npz` from a sentence model.

Each word goes through the whole model by itself; of what comes out, the directions in which words differ most are kept,
in four bits each. MODEL is a folder with `model.safetensors` and `vocab.txt` of sentence-transformers/all-MiniLM-L6-v2;
words that its vocabulary lacks are in `words.txt`. The same files make the same table.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.measure import ROOT
from bench.vectors.transformer import Floats, embedded, pieces, weights

OUT = ROOT / "detente" / "vectors" / "table.npz"
WORDS = Path(__file__).with_name("words.txt")
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# of 384; each halved in how far it stands out, since the few longest say little but how common a word is
_DIMENSIONS = 256
_EVENED = 0.5
_WHOLE = re.compile(r"[a-z]{1,24}|[0-9]{1,4}")
_PART = re.compile(r"##(?:[a-z]{1,24}|[0-9]{1,4})")
# smooth inverse frequency: a word as frequent as this tells half of what a rare one does
_HALF = 1e-4
# of a row's largest number
_KEPT = 0.7


def main() -> None:
    """Reads the words of the command line, and writes the table."""
    words = argparse.ArgumentParser(prog="python -m bench.vectors.distil", description=__doc__)
    words.add_argument("model", type=Path, help="the folder with model.safetensors and vocab.txt")
    words.add_argument("--out", type=Path, default=OUT, help="where the table goes; into the package by default")
    given = words.parse_args()
    model: Path = given.model / "model.safetensors"
    if hashlib.sha256(model.read_bytes()).hexdigest() != MODEL_SHA256:
        words.exit(1, f"{model}: not the file that the table was made from; nothing was written\n")
    names, ranks = vocabulary(given.model / "vocab.txt")
    vectors = narrowed(embedded(rows(names, given.model / "vocab.txt"), weights(model)))
    with given.out.open("wb") as out:
        np.savez_compressed(
            out,
            words=np.frombuffer("\n".join(names).encode("ascii"), np.uint8),
            vectors=packed(vectors),
            weights=rarity(names, ranks),
        )
    print(f"{len(names):,} words and parts, {given.out.stat().st_size / 1e6:.1f} MB, written to {given.out}")


def vocabulary(path: Path) -> tuple[list[str], list[int]]:
    """The words and parts of the table, and how many of the model's are more frequent."""
    known = path.read_text(encoding="utf-8").split("\n")
    of_model = [(word, rank) for rank, word in enumerate(known) if _WHOLE.fullmatch(word) or _PART.fullmatch(word)]
    own = [word for word in WORDS.read_text(encoding="utf-8").split() if word not in set(known)]
    return [*(word for word, _ in of_model), *own], [*(rank for _, rank in of_model), *([len(known)] * len(own))]


def rows(names: list[str], path: Path) -> list[list[int]]:
    """Each word or part as the model reads it."""
    known = {word: place for place, word in enumerate(path.read_text(encoding="utf-8").split("\n"))}
    marks = known["[CLS]"], known["[SEP]"]
    return [[marks[0], known[name], marks[1]] if name.startswith("##") else pieces(name, known) for name in names]


def narrowed(vectors: Floats) -> Floats:
    """The directions in which words differ most, each word at length 1."""
    centred = vectors - vectors.mean(axis=0)
    spread, directions = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
    most = np.argsort(-spread)[:_DIMENSIONS]
    directions = directions[:, most] / spread[most] ** (_EVENED / 2)
    # of two opposite directions the same one on every machine
    directions *= np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(_DIMENSIONS)])
    made = centred @ directions.astype(np.float32)
    unit: Floats = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


def packed(vectors: Floats) -> npt.NDArray[np.uint8]:
    """Each number as one of fifteen steps from -7 to 7, two in a byte; the few largest of a row are cut off."""
    step = np.abs(vectors).max(axis=1, keepdims=True) * _KEPT / 7
    steps = (np.clip(np.round(vectors / step), -7, 7) + 8).astype(np.uint8)
    pairs: npt.NDArray[np.uint8] = (steps[:, 0::2] << 4) | steps[:, 1::2]
    return pairs


def rarity(names: list[str], ranks: list[int]) -> Floats:
    """By place in a list that is ordered by frequency: how much a word tells, from 0 to 1."""
    # letters and digits stand before the words, whatever their frequency
    first = ranks[names.index("the")] - 1
    share = 1 / (np.maximum(np.array(ranks) - first, 1) * np.log(len(names)))
    told: Floats = (_HALF / (_HALF + share)).astype(np.float32)
    return told


if __name__ == "__main__":
    main()
