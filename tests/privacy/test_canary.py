"""What the gate holds back is nowhere but in the inbox and on the desk; what is erased is nowhere at all.

Each search is tried on something that it must find, too.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pictures
import pytest
from company import NOW, Company
from desk_rows import id_of
from reporting import report
from searching import columns_with, files_with

import warehouse
from desk.following import sightings
from desk.places import desk_of
from detente.sightings import Upload
from detente.weeks import Week
from flows import ingest, order, privacy

CANARY = "canary-7f3a9c"
OPEN_WORD = "sparrow-41d8"
FILE = b"\x00canary-file-7f3a9c\xff" * 3
HELD = (CANARY.encode(), FILE[:20])
# where a report is truth, and legal decides about it
TRUTH = ("inbox/", "desk.sqlite")

# by the gate's state, what a reporter answers
WAYS: dict[str, dict[str, Any]] = {
    "quarantined": {"source": "partner", "confidential": "yes", "nda": "no"},
    "not_kept": {
        "source": "competitor", "confidential": "no", "nda": "no", "knew_me": "yes", "own_prices": "yes",
    },
    "quarantined without files": {
        "source": "document", "confidential": "no", "nda": "no", "meant_for_me": "no",
    },
    "under an nda": {"source": "customer", "confidential": "no", "nda": "yes"},
}  # fmt: skip


def canaries(**more: str) -> dict[str, Any]:
    """Words of a report with the canary in every field that takes some."""
    fields = ("text", "customer", "deal", "area", "comparison", "competitor_name")
    return {name: f"{CANARY} in {name}" for name in fields} | {"competitor": None} | more


def upload(body: bytes = FILE) -> Upload:
    return Upload(name=f"{CANARY}.bin", media_type="application/octet-stream", body=body)


def photo() -> Upload:
    return Upload(name=f"{CANARY}.png", media_type="image/png", body=pictures.photo(8, 8, "PNG"))


def whole_chain(company: Company, target: Path) -> None:
    """All that becomes of reports: index, ingest, collect, build, publish, weekly report, exports."""
    asyncio.run(ingest.ingest(company.job()))
    week = Week.of(NOW, "Europe/Berlin")
    summary = asyncio.run(order.pipeline(company.job(), week=week))
    assert summary.failed == {}
    for kind in ("csv", "json", "parquet"):
        warehouse.export(company.data / "published", target / kind, kind)


def published_with(company: Company, word: str) -> list[str]:
    files = [company.data / "warehouse.duckdb", *(company.data / "published").glob("detente-*.duckdb")]
    return [f"{file.name}: {table}" for file in files for table in columns_with(file, word)]


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_what_the_gate_holds_back_is_in_no_table_file_report_export_or_log(
    company: Company, tmp_path: Path, way: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    held = report(
        company.workspace, 1, company.rita.person_id, now=NOW, files=[upload(), photo()], **canaries(**WAYS[way])
    )
    report(company.workspace, 2, company.ralf.person_id, now=NOW, text=f"{OPEN_WORD}: they pay half.")
    assert held.gate.state != "cleared"

    whole_chain(company, tmp_path / "exports")

    assert files_with(company.data, HELD, without=TRUTH) == []
    assert files_with(tmp_path / "exports", HELD) == []
    assert published_with(company, CANARY) == published_with(company, id_of(1)) == []
    assert not (company.data / "attachments").exists() or files_with(company.data / "attachments", [b""]) == []
    told = caplog.text + "".join(capfd.readouterr())
    assert CANARY not in told
    # the same searches find what was cleared
    assert {"core.sighting", "core.item", "raw.sighting", "pub.item", "core.cluster", "pub.cluster"} <= {
        one.partition(": ")[2] for one in published_with(company, OPEN_WORD)
    }
    assert {"raw.score", "raw.cluster_member", "core.relevance", "pub.relevance", "pub.relevance_history"} <= {
        one.partition(": ")[2] for one in published_with(company, id_of(2))
    }
    assert "csv/sighting.csv" in files_with(tmp_path / "exports", [OPEN_WORD.encode()])
    assert bool(files_with(company.data, HELD)) is held.gate.keeps_text


@pytest.mark.slow
def test_what_waits_for_an_answer_or_was_rejected_or_withdrawn_is_not_published(
    company: Company, tmp_path: Path
) -> None:
    quarantined = canaries(**WAYS["quarantined"])
    report(company.workspace, 1, company.rita.person_id, now=NOW, files=[upload()], **quarantined)
    report(
        company.workspace,
        2,
        company.rita.person_id,
        now=NOW,
        **canaries(),
        channel="mail",
        source=None,
        confidential=None,
    )
    report(company.workspace, 3, company.rita.person_id, now=NOW, **canaries())
    asyncio.run(ingest.ingest(company.job()))
    seen = published_with(company, CANARY)
    with desk_of(company.workspace, company.job().clock) as desk, desk.writing() as c:
        sightings.reject(c, id_of(1), "no", by=company.lea.person_id, now=NOW)
        sightings.withdraw(c, id_of(3), by=company.rita.person_id, now=NOW)
        assert sightings.sighting(c, id_of(2)).gate == "waiting"

    whole_chain(company, tmp_path / "exports")

    assert seen
    assert published_with(company, CANARY) == published_with(company, id_of(3)) == []
    assert files_with(tmp_path / "exports", HELD) == []
    assert files_with(company.data / "published", HELD) == []


@pytest.mark.slow
def test_somebody_who_was_erased_is_nowhere_in_the_data_folder(company: Company, tmp_path: Path) -> None:
    report(company.workspace, 1, company.rita.person_id, now=NOW, files=[upload(), photo()], **canaries())
    report(company.workspace, 2, company.rita.person_id, now=NOW, files=[upload()], **canaries(**WAYS["quarantined"]))
    report(company.workspace, 3, company.ralf.person_id, now=NOW, text=f"{OPEN_WORD}: they pay half.")
    whole_chain(company, tmp_path / "exports")
    with desk_of(company.workspace, company.job().clock) as desk, desk.writing() as c:
        sightings.answer(c, id_of(1), CANARY, by=company.rita.person_id, now=NOW)
    report(company.workspace, 4, company.rita.person_id, now=NOW, files=[upload()], **canaries())
    words = [*HELD, b"rita@acme.test", b"Rita"]
    before = files_with(company.data, words)
    erased = privacy.erase_person(company.job(), company.rita.person_id)

    assert {"desk.sqlite", "warehouse.duckdb"} <= set(before)
    assert any(name.startswith("attachments/") for name in before)
    assert any(name.startswith("inbox/") for name in before)
    assert any(name.startswith("published/") for name in before)
    assert erased.sightings == 3
    assert files_with(company.data, words) == []
    assert published_with(company, CANARY) == published_with(company, id_of(1)) == []
    # a colleague's report is as it was, and the next runs bring nothing back
    question = "SELECT text FROM sighting"
    assert warehouse.ask(company.data / "published", question).rows == [(f"{OPEN_WORD}: they pay half.",)]
    asyncio.run(order.rebuild(company.job()))
    whole_chain(company, tmp_path / "again")
    assert files_with(company.data, words) == []
    assert files_with(tmp_path / "again", words) == []
    assert warehouse.ask(company.data / "published", question).rows == [(f"{OPEN_WORD}: they pay half.",)]


@pytest.mark.slow
def test_words_whose_time_is_over_are_nowhere_and_what_was_counted_is(company: Company) -> None:
    report(company.workspace, 1, company.rita.person_id, now=NOW, files=[upload()], **canaries(competitor="globex"))
    asyncio.run(ingest.ingest(company.job()))
    later = company.job(NOW + timedelta(days=731))
    report(company.workspace, 2, company.ralf.person_id, now=later.clock.now(), text=f"{OPEN_WORD}: they pay half.")
    planned = privacy.planned_retention(later)
    before = files_with(company.data, HELD)
    removed = privacy.keep_to_retention(later)

    assert (planned.files, planned.texts) == (removed.files, removed.texts)
    assert (removed.texts, len(removed.files)) == ((id_of(1),), 1)
    assert before
    assert files_with(company.data, HELD) == []
    assert published_with(company, CANARY) == []
    assert warehouse.ask(
        company.data / "published", "SELECT competitor, text FROM sighting ORDER BY received_at"
    ).rows == [
        ("globex", None),
        ("globex", f"{OPEN_WORD}: they pay half."),
    ]


_WATCHED = """
import asyncio, json, os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from detente.workspace import load
from flows import address
from flows.server import free_port, prefect_server
from flows.watching import watching
workspace = load(Path(sys.argv[1]))
data = workspace.data
os.environ["DETENTE_WORKSPACE"] = str(workspace.root)
port = free_port()
with prefect_server(data / "prefect", port, data / "prefect-server.log") as extra:
    os.environ |= extra
    with watching(workspace, print, every_s=0.2):
        end = time.monotonic() + 60
        while time.monotonic() < end and not (data / "published" / "current.json").exists():
            time.sleep(0.1)
        time.sleep(3)  # what Prefect is told arrives a little later
    import urllib.request
    request = urllib.request.Request(
        extra["PREFECT_API_URL"] + "/flow_runs/filter", data=b"{}", headers={"Content-Type": "application/json"}
    )
    runs = json.load(urllib.request.urlopen(request))
    print(json.dumps([(run["state_type"], run["parameters"]) for run in runs]))
"""


@pytest.mark.slow
def test_nothing_personal_is_told_to_prefect_or_to_a_log(company: Company) -> None:
    """Of a cleared report and of one that is held back: not in parameters, logs, artifacts, or output."""
    report(company.workspace, 1, company.rita.person_id, now=NOW, files=[upload()], **canaries())
    report(company.workspace, 2, company.rita.person_id, now=NOW, files=[upload()], **canaries(**WAYS["quarantined"]))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DETENTE_"))}
    ended = subprocess.run(
        [sys.executable, "-c", _WATCHED, str(company.workspace.root)], env=kept, capture_output=True, text=True,
        timeout=240,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1])[0] == ["COMPLETED", {"now": None}]
    words = [*HELD, b"rita@acme.test", b"Rita"]
    assert (company.data / "prefect" / "prefect.db").exists()
    assert files_with(company.data / "prefect", words) == []
    assert files_with(company.data, words, without=(*TRUTH, "attachments/", "published/", "warehouse.duckdb")) == []
    told = ended.stdout + ended.stderr
    assert not any(word in told for word in (CANARY, "rita@acme.test", "Rita"))
    assert CANARY in str(warehouse.ask(company.data / "published", "SELECT text FROM sighting").rows)
