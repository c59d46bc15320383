"""Pricing pages and release notes with labels: read by the command, scored by the labels' own scorer."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from detente.records import PageKind

Labelled = Literal["pricing", "releases"]
KINDS: Mapping[Labelled, PageKind] = {"pricing": "pricing", "releases": "release_notes"}
_PRICING_LINE = re.compile(
    r"(?P<document>\S+)\s+plans tp/fp/fn (?P<plans>\S+)"
    r"\s+prices tp/fp/fn\(hard fn\) (?P<prices>[\d/]+)\((?P<hard>\d+)\)"
)
_RELEASES_LINE = re.compile(
    r"(?P<document>\S+)\s+P (?P<precision>\S+) R (?P<recall>\S+) F1 (?P<f1>\S+) .*?date (?P<dates>\S+)"
    r" invented (?P<invented>\d+) first_line (?P<first>\S+)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """What the scorer says of one labelled set.

    Attributes:
        documents: Its line for each document, as named figures.
        totals: Its lines for the whole set, verbatim.
        failures: By document, what was missed and what is false.
    """

    documents: Sequence[Mapping[str, str]]
    totals: Sequence[str]
    failures: Mapping[str, Sequence[str]]


def measure(gold: Path, labelled: Labelled, work: Path) -> Scored:
    """Reads every open document of a set with `detente extract` and has it scored.

    Args:
        gold: The folder with `score.py` and the sets.
        labelled: Which set.
        work: Where the predictions go.
    """
    predicted = work / labelled
    predicted.mkdir(parents=True, exist_ok=True)
    for path in documents(gold, labelled):
        (predicted / f"{path.stem}.json").write_text(_extract(KINDS[labelled], path), encoding="utf-8")
    told = subprocess.run(
        [sys.executable, str(gold / "score.py"), labelled, str(predicted), "open"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    pattern = _PRICING_LINE if labelled == "pricing" else _RELEASES_LINE
    lines = [pattern.match(line) for line in told]
    return Scored(
        documents=[match.groupdict() for match in lines if match],
        totals=[line for line, match in zip(told, lines, strict=True) if not match],
        failures=_failures(gold, labelled, predicted),
    )


def documents(gold: Path, labelled: Labelled) -> list[Path]:
    """The open documents of a set, without their labels."""
    return sorted(path for path in (gold / labelled / "open").iterdir() if path.suffix != ".json")


def _extract(kind: PageKind, path: Path) -> str:
    command = [str(Path(sys.executable).parent / "detente"), "extract", kind, str(path), "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _failures(gold: Path, labelled: Labelled, predicted: Path) -> dict[str, list[str]]:
    scorer = _scorer(gold / "score.py")
    found: dict[str, list[str]] = {}
    for path in documents(gold, labelled):
        label = path.with_suffix(".json") if labelled == "pricing" else path.with_name(f"{path.stem}.gold.json")
        wanted = json.loads(label.read_text("utf-8"))
        told = json.loads((predicted / f"{path.stem}.json").read_text("utf-8"))
        differences = _plans(scorer, wanted, told) if labelled == "pricing" else _entries(scorer, wanted, told)
        if lines := list(differences):
            found[path.stem] = lines
    return found


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("gold_score", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plans(scorer: Any, wanted: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    plans, labels = told["plans"], wanted["plans"]
    pairs = dict(scorer.pairs(plans, labels, scorer.nmatch, 0.75))
    tolerated = [{"name": name} for name in wanted.get("tolerated_extra_plans", ())]
    for index, plan in enumerate(plans):
        if index not in pairs:
            if not any(scorer.nmatch(plan, one) >= 0.75 for one in tolerated):
                yield f"false plan “{plan['name']}”"
            continue
        label = labels[pairs[index]]
        left = list(label["prices"])
        for price in plan["prices"]:
            if price["amount"] is None:
                continue
            same = [one for one in left if abs(one["amount"] - price["amount"]) < 0.005]
            same.sort(key=lambda one, price=price: one["period"] != price["period"])  # type: ignore[misc]
            if not same:
                yield f"false price {price['amount']} of “{plan['name']}”"
                continue
            left.remove(same[0])
            yield from _attributes(plan["name"], same[0], price)
        for one in left:
            free = one["amount"] == 0 and plan["free"]
            if one["qualifier"] not in ("struck", "implied") and not free:
                yield f"missed price {one['amount']} of “{plan['name']}” ({one['basis']})"
        if bool(plan["custom_price"]) != label["custom_price"]:
            yield f"custom flag of “{plan['name']}” is {plan['custom_price']}"
    for index, label in enumerate(labels):
        if index not in pairs.values() and not label.get("optional"):
            yield f"missed plan “{label['name']}”"


def _attributes(plan: str, label: dict[str, Any], price: dict[str, Any]) -> Iterator[str]:
    if not label["amount"]:
        return
    for name in ("currency", "period", "unit"):
        wanted, got = label[name] or None, price[name] or None
        if wanted != got and (wanted is not None or name == "unit"):
            yield f"{name} of {price['amount']} of “{plan}” is {got}, labelled {wanted}"


def _entries(scorer: Any, wanted: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    labels = {scorer.vz(one.get("version")): one for one in wanted["entries"] if one.get("version")}
    seen = set()
    for entry in told["entries"]:
        version = scorer.vz(entry.get("version"))
        label = labels.get(version)
        if label is None:
            continue
        seen.add(version)
        if "date_from_version" in label.get("flags", ()):
            continue
        day = label["date"]
        same = entry["date"] == day or (
            bool(day) and label["date_precision"] == "month" and str(entry["date"])[:7] == day
        )
        if not same:
            yield f"{entry['version']}: date {entry['date']} (“{entry['published_text']}”), labelled {day}"
    for version, label in labels.items():
        if version not in seen and not {"optional", "unreleased"} & set(label.get("flags", ())):
            yield f"missed entry {label['version']}"
