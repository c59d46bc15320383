"""The forward pass of a small BERT in numpy, for words by themselves: weights from a safetensors file, nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_HEADS = 12
_EPSILON = 1e-12


def weights(path: Path) -> dict[str, Floats]:
    """By name, the float32 tensors of a safetensors file."""
    content = path.read_bytes()
    head = int.from_bytes(content[:8], "little")
    found = {}
    for name, told in json.loads(content[8 : 8 + head]).items():
        if name != "__metadata__" and told["dtype"] == "F32":
            first, end = told["data_offsets"]
            found[name] = np.frombuffer(content[8 + head + first : 8 + head + end], np.float32).reshape(told["shape"])
    return found


def pieces(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The word's pieces, the longest first from the left, between the marks of begin and end."""
    found, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = word[start:end] if start == 0 else f"##{word[start:end]}"
            if piece in vocabulary:
                found.append(vocabulary[piece])
                start = end
                break
        else:
            found, start = [vocabulary["[UNK]"]], len(word)
    return [vocabulary["[CLS]"], *found, vocabulary["[SEP]"]]


def embedded(rows: Sequence[Sequence[int]], model: Mapping[str, Floats]) -> Floats:
    """One vector per row of pieces: the mean of what the last layer makes of them, marks included."""
    width = model["embeddings.word_embeddings.weight"].shape[1]
    vectors = np.zeros((len(rows), width), np.float32)
    for places in _of_one_length(rows):
        vectors[places] = _layers(np.array([rows[place] for place in places]), model).mean(axis=1)
    return vectors


def _of_one_length(rows: Sequence[Sequence[int]], at_once: int = 512) -> Iterator[list[int]]:
    by_length: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        by_length.setdefault(len(row), []).append(place)
    for places in by_length.values():
        for start in range(0, len(places), at_once):
            yield places[start : start + at_once]


def _layers(ids: npt.NDArray[np.int64], model: Mapping[str, Floats]) -> Floats:
    hidden = (
        model["embeddings.word_embeddings.weight"][ids]
        + model["embeddings.position_embeddings.weight"][: ids.shape[1]]
        + model["embeddings.token_type_embeddings.weight"][0]
    )
    hidden = _normal(hidden, "embeddings.LayerNorm", model)
    count = 1 + max(int(name.split(".")[2]) for name in model if name.startswith("encoder.layer."))
    for layer in range(count):
        at = f"encoder.layer.{layer}"
        attended = _linear(_attention(hidden, f"{at}.attention.self", model), f"{at}.attention.output.dense", model)
        hidden = _normal(hidden + attended, f"{at}.attention.output.LayerNorm", model)
        wide = _linear(hidden, f"{at}.intermediate.dense", model)
        wide = wide * 0.5 * (1 + _erf(wide / np.float32(math.sqrt(2))))
        hidden = _normal(hidden + _linear(wide, f"{at}.output.dense", model), f"{at}.output.LayerNorm", model)
    return hidden


def _attention(hidden: Floats, at: str, model: Mapping[str, Floats]) -> Floats:
    rows, length, width = hidden.shape

    def heads(name: str) -> Floats:
        made = _linear(hidden, f"{at}.{name}", model)
        return made.reshape(rows, length, _HEADS, width // _HEADS).transpose(0, 2, 1, 3)

    scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(math.sqrt(width // _HEADS))
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ heads("value")
    joined: Floats = mixed.transpose(0, 2, 1, 3).reshape(rows, length, width)
    return joined


def _linear(values: Floats, at: str, model: Mapping[str, Floats]) -> Floats:
    made: Floats = values @ model[f"{at}.weight"].T + model[f"{at}.bias"]
    return made


def _normal(values: Floats, at: str, model: Mapping[str, Floats]) -> Floats:
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
    made: Floats = centred / spread * model[f"{at}.weight"] + model[f"{at}.bias"]
    return made


def _erf(values: Floats) -> Floats:
    """Abramowitz and Stegun 7.1.26, to 1.5e-7."""
    size = np.abs(values)
    part = 1 / (1 + np.float32(0.3275911) * size)
    series = part * (
        np.float32(0.254829592)
        + part
        * (
            np.float32(-0.284496736)
            + part * (np.float32(1.421413741) + part * (np.float32(-1.453152027) + part * np.float32(1.061405429)))
        )
    )
    made: Floats = np.sign(values) * (1 - series * np.exp(-(size**2)))
    return made
