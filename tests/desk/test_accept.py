"""A report is acknowledged once it is durable, and once only; what is wrong with one is told by field, at once."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from office import LIMITS, NOW, said, sent, upload
from pictures import photo

from desk.accepting.accept import Accepted, accept_attachment
from desk.accepting.inbox import Entry, Inbox
from desk.accepting.known_names import looks_like
from detente.errors import ConflictError, NotAllowedError, NotFoundError, SubmissionError, UploadError

CANARY = "CANARY-7Q"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


def _entry(inbox: Inbox, accepted: Accepted) -> Entry:
    entry = inbox.find(accepted.sighting_id)
    assert entry is not None
    return entry


def _holds(inbox: Inbox, word: str) -> bool:
    return any(word.encode() in path.read_bytes() for path in inbox.folder.rglob("*") if path.is_file())


def test_a_report_is_accepted_once_and_the_second_time_known(inbox: Inbox) -> None:
    report = said(competitor="globex", deal_amount="1,5m")
    first = sent(inbox, report, [upload(photo())])
    later = sent(inbox, report, [upload(photo())], now=NOW + timedelta(days=3))

    assert (first.is_new, later.is_new) == (True, False)
    assert dataclasses.replace(later, is_new=True) == first
    assert first.received_at == NOW
    assert first.deal_amount is not None
    assert _entry(inbox, first).deal_amount == "1500000.00"


def test_twenty_parallel_posts_of_one_key_are_one_report(inbox: Inbox) -> None:
    report = said()
    answers: list[Accepted] = []
    start = threading.Barrier(20)

    def post() -> None:
        start.wait()
        answers.append(sent(inbox, report, [upload(photo())]))

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(answer.is_new for answer in answers) == 1
    assert len({(answer.sighting_id, answer.received_at, answer.gate.state) for answer in answers}) == 1
    assert len(list(inbox.new())) == 1


def test_the_same_report_another_way_is_the_same(inbox: Inbox) -> None:
    report = said("Two lines\r\nfrom a form ", sent_at=datetime(1970, 1, 1, tzinfo=UTC))
    sent(inbox, report, channel="form")
    again = said("Two lines\nfrom a form", sighting_id=report.sighting_id, sent_at=datetime(2099, 1, 1, tzinfo=UTC))

    assert not sent(inbox, again, channel="api").is_new


@pytest.mark.parametrize("other", ["text", "person", "file", "answer"])
def test_the_same_key_with_another_body_is_refused_with_plain_words(inbox: Inbox, other: str) -> None:
    report = said()
    sent(inbox, report, [upload(photo())])
    changed = {"text": {"text": "else"}, "answer": {"source": "customer", "confidential": "no"}}.get(other, {})
    files = [upload(photo(colour="blue") if other == "file" else photo())]

    with pytest.raises(ConflictError, match="under this id; nothing was changed"):
        sent(inbox, report.model_copy(update=changed), files, person_id="p_ben" if other == "person" else "p_ana")


@pytest.mark.parametrize("text", ["🙂", "https://globex.test/pricing", "<script>alert(1)</script>", "![x](https://evil.test/p)",
                                  "{{7*7}}", "=1+1", "مرحبا بكم في السوق", "\u202eoff"])  # fmt: skip
def test_text_is_stored_as_text(inbox: Inbox, text: str) -> None:
    assert _entry(inbox, sent(inbox, said(text))).submission["text"] == text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("a\x00b", "ab"), ("a\ud800b", "a\ufffdb"), ("\ud83d\ude42", "\ufffd\ufffd"), ("a\x1b[31mb", "a[31mb"),
     ("a\r\n\tb", "a\n\tb"), ("a\u2028b", "a\u2028b")],
)  # fmt: skip
def test_what_cannot_be_stored_is_cleaned(inbox: Inbox, typed: str, stored: str) -> None:
    report = said("x").model_copy(update={"text": typed, "customer": typed})
    submission = _entry(inbox, sent(inbox, report)).submission

    assert (submission["text"], submission["customer"]) == (stored, stored)


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"text": ""}, "text", "is empty; write what happened"),
    ({"text": " \r\n\x00 "}, "text", "is empty"),
    ({"text": "x" * 2_000_000}, "text", "has 2,000,000 characters; 20,000 can be taken"),
    ({"competitor": "globexx"}, "competitor", "did you mean 'globex'"),
    ({"competitor": "hooli"}, "competitor", "none of the known competitors"),
    ({"source": None}, "source", "how did you learn this"),
    ({"source": "partner"}, "nda", "non-disclosure"),
    ({"source": "partner"}, "confidential", "marked confidential"),
    ({"source": "document", "nda": "no", "confidential": "no"}, "meant_for_me", "meant for you"),
    ({"deal_amount": "-1"}, "deal_amount", "more than zero"),
    ({"deal_amount": "1e308"}, "deal_amount", "no amount"),
    ({"happened_on": date(2026, 11, 18)}, "happened_on", "is to come"),
    ({"happened_on": date(2099, 1, 1)}, "happened_on", "is to come"),
    ({"happened_on": date(1970, 1, 1)}, "happened_on", "twenty years ago"),
    ({"close_on": date(9999, 1, 1)}, "close_on", "twenty years away"),
]


@pytest.mark.parametrize(("more", "field", "words"), FAULTS, ids=lambda one: str(one)[:40])
def test_a_fault_names_its_field_and_says_how_to_mend_it(
    inbox: Inbox, more: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(SubmissionError) as refused:
        sent(inbox, said(**{"text": "x", **more}))

    assert words in refused.value.faults[field]
    assert list(inbox.new()) == []


def test_what_was_taken_once_is_known_though_it_could_not_be_taken_today(inbox: Inbox) -> None:
    report = said(competitor="globex")
    sent(inbox, report)

    assert not sent(inbox, report, competitors=("initech",)).is_new
    with pytest.raises(SubmissionError):
        sent(inbox, report.model_copy(update={"text": "else"}), competitors=("initech",))


def test_all_faults_are_told_at_once(inbox: Inbox) -> None:
    with pytest.raises(SubmissionError) as refused:
        sent(inbox, said("", competitor="hooli", source=None, deal_amount="lots", happened_on=date(2030, 1, 1)))

    assert refused.value.faults.keys() == {"text", "competitor", "source", "deal_amount", "happened_on"}


@pytest.mark.parametrize("channel", ["mail", "slack", "import"])
def test_who_cannot_be_asked_waits(inbox: Inbox, channel: str) -> None:
    assert sent(inbox, said(source=None), channel=channel).gate.state == "waiting"
    assert sent(inbox, said(source="partner"), channel=channel).gate.state == "waiting"


@pytest.mark.parametrize("channel", ["form", "api", "terminal"])
def test_who_can_be_asked_is_asked(inbox: Inbox, channel: str) -> None:
    with pytest.raises(SubmissionError, match="source"):
        sent(inbox, said(source=None), channel=channel)


@pytest.mark.parametrize("year", [1, 1970, 2099, 9999])
def test_the_senders_clock_is_a_claim_and_ours_rules(inbox: Inbox, year: int) -> None:
    claimed = datetime(year, 6, 1, tzinfo=UTC)
    accepted = sent(inbox, said(sent_at=claimed))

    assert accepted.received_at == NOW
    assert datetime.fromisoformat(_entry(inbox, accepted).submission["sent_at"]) == claimed


def test_a_clock_that_utc_does_not_know_is_left_out(inbox: Inbox) -> None:
    claimed = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))

    assert "sent_at" not in _entry(inbox, sent(inbox, said(sent_at=claimed))).submission


def test_somewhere_it_is_tomorrow_already(inbox: Inbox) -> None:
    assert sent(inbox, said(happened_on=date(2026, 11, 17))).is_new


def test_a_new_name_is_kept_as_a_name_and_never_made_a_competitor(inbox: Inbox) -> None:
    new, forged = sent(inbox, said(competitor_name="Hooli")), sent(inbox, said(competitor_name="Glоbex"))

    for accepted, name in ((new, "Hooli"), (forged, "Glоbex")):
        submission = _entry(inbox, accepted).submission
        assert submission["competitor_name"] == name
        assert "competitor" not in submission
    assert (new.looks_like, forged.looks_like) == (None, "globex")


@pytest.mark.parametrize(
    ("name", "slug"),
    [("GLOBEX", "globex"), ("Glo bex", "globex"), ("Glоbex", "globex"), ("Ｇｌｏｂｅｘ", "globex"),
     ("GLΟBEX", "globex"), ("Gl0bex", "globex"), ("Glöbex", "globex"), ("Hooli", None), ("", None), ("глобекс", None)],
)  # fmt: skip
def test_a_name_that_looks_like_a_known_one_is_told(name: str, slug: str | None) -> None:
    assert looks_like(name, ("initech", "globex")) == slug


def test_what_may_not_be_kept_leaves_only_who_when_whom_and_the_answers(inbox: Inbox) -> None:
    answers = {"source": "competitor", "confidential": "no", "nda": "no", "knew_me": "yes", "own_prices": "yes"}
    report = said(
        CANARY, competitor="globex", competitor_name=CANARY, customer=CANARY, deal=CANARY, deal_amount="120k",
        area=CANARY, comparison=CANARY, stage="won", motive="curiosity", happened_on=date(2026, 11, 1), **answers,
    )  # fmt: skip
    accepted = sent(inbox, report, [upload(CANARY.encode(), f"{CANARY}.txt")])
    entry = _entry(inbox, accepted)

    assert (accepted.gate.state, accepted.gate.reasons) == ("not_kept", ("competitor_own_prices",))
    assert accepted.dropped_files == 1
    assert accepted.deal_amount is None
    assert entry.submission == answers | {"sighting_id": report.sighting_id, "competitor": "globex", "text": ""}
    assert (entry.files, entry.deal_amount) == ((), None)
    assert not _holds(inbox, CANARY)
    # it is known when it comes again
    assert not sent(inbox, report).is_new


def test_files_of_a_misdirected_document_are_not_kept_and_its_words_are(inbox: Inbox) -> None:
    answers = {"source": "document", "confidential": "no", "nda": "no", "meant_for_me": "no"}
    accepted = sent(inbox, said("It came by mistake.", **answers), [upload(CANARY.encode(), "offer.txt")] * 2)

    assert (accepted.gate.state, accepted.dropped_files) == ("quarantined", 2)
    assert _entry(inbox, accepted).submission["text"] == "It came by mistake."
    assert not _holds(inbox, CANARY)


def test_files_are_bounded_in_number_and_size(inbox: Inbox) -> None:
    few = dataclasses.replace(LIMITS, files=2, file_bytes=1000)

    for files, words in (
        ([upload(b"x")] * 3, "3 files came; 2 can be taken"),
        ([upload(b"x" * 1001, "big.pdf")], r"big\.pdf is larger than 0\.001 MB"),
        ([upload(b"", "none.txt")], "none.txt is empty"),
    ):
        with pytest.raises(UploadError, match=words):
            sent(inbox, said(), files, limits=few)
    assert list(inbox.new()) == []


def test_the_name_of_a_file_is_made_safe_before_anything_is_written(inbox: Inbox) -> None:
    accepted = sent(inbox, said(), [upload(b"x", "../../etc/a\r\nSet-Cookie: b.txt", "text/html\r\nX: y")])
    (note,) = _entry(inbox, accepted).files

    assert note.name == "a Set-Cookie_ b.txt"
    assert "\r" not in note.media_type


def test_a_photo_is_added_later_once(inbox: Inbox) -> None:
    report = said()
    sent(inbox, report)
    id_ = str(uuid.uuid4())

    def add(body: bytes = b"x", sighting_id: str = report.sighting_id, person_id: str = "p_ana") -> bool:
        return accept_attachment(inbox, id_, sighting_id, upload(body), person_id=person_id, now=NOW, limits=LIMITS)

    assert add()
    assert not add()
    with pytest.raises(ConflictError):
        add(b"else")
    for sighting_id, person_id in ((str(uuid.uuid4()), "p_ana"), (report.sighting_id, "p_ben"), (id_, "p_ana")):
        with pytest.raises(NotFoundError):
            add(sighting_id=sighting_id, person_id=person_id)
    with pytest.raises(UploadError, match="is empty"):
        add(b"")


def test_no_photo_is_added_where_files_may_not_be_kept(inbox: Inbox) -> None:
    answers = {"source": "document", "confidential": "no", "nda": "no", "meant_for_me": "no"}
    report = said(**answers)
    sent(inbox, report)

    with pytest.raises(NotAllowedError, match="may not be kept"):
        accept_attachment(
            inbox, str(uuid.uuid4()), report.sighting_id, upload(b"x"), person_id="p_ana", now=NOW, limits=LIMITS
        )
