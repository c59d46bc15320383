"""What is known comes from the newest published file; whatever is wrong with that file, the page stands, and soon."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from timeline import Timeline, price, release, sighting
from waiting import soon

from web.receipt.alike import Earlier, alike
from web.receipt.known import CompetitorFacts, Known, Move, Release

AT = datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.fixture
def line(tmp_path: Path) -> Timeline:
    made = Timeline(tmp_path)
    made.seen(price("Team", "49"))
    made.seen(price("Team", "59"))
    made.seen(release("3.1", "Single sign-on."), page_id="globex/news", kind="release_notes")
    return made


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[CompetitorFacts]:
    made = CompetitorFacts(tmp_path / "published", wait_s=20)
    yield made
    made.close()


def current(folder: Path) -> Path:
    return (folder / "published" / "current.duckdb").resolve()


def test_it_tells_moves_releases_and_what_was_reported_of_one_competitor(
    line: Timeline, facts: CompetitorFacts
) -> None:
    line.build()
    line.reported(sighting(1, text="They offer half."), sighting(2, competitor="initech", text="Another one."))

    known = facts.about("globex")

    assert [(one.kind, one.subject, one.old, one.new) for one in known.moves or ()] == [
        ("price up", "Team", "49 USD / month", "59 USD / month")
    ]
    assert [one.text for one in known.releases or ()] == ["Single sign-on."]
    assert [one.text for one in known.heard or ()] == ["They offer half."]
    assert (known.as_of, known.trouble) == (line.at, "")
    assert facts.about("initech").moves == ()


def test_it_is_read_once_until_something_newer_is_published(line: Timeline, facts: CompetitorFacts) -> None:
    line.build()
    first = facts.about("globex")

    assert facts.about("globex") is first
    line.seen(price("Team", "69"))
    line.build()
    assert next(one.new for one in facts.about("globex").moves or ()) == "69 USD / month"


def test_a_move_that_is_to_be_checked_says_so(line: Timeline, facts: CompetitorFacts) -> None:
    line.seen(price("Team", "5900"))
    line.build()

    assert [(one.new, one.to_check) for one in facts.about("globex").moves or ()] == [
        ("5900 USD / month", True),
        ("59 USD / month", False),
    ]


def test_nothing_published_is_said_and_looked_for_again(line: Timeline, facts: CompetitorFacts) -> None:
    known = facts.about("globex")

    assert (known.as_of, known.moves, known.heard) == (None, None, None)
    assert "Nothing is published yet" in known.trouble
    line.build()
    assert facts.about("globex").moves


@pytest.mark.parametrize("damage", ["empty", "other bytes", "cut", "gone", "pointer"])
def test_a_file_that_cannot_be_read_is_said_and_not_remembered(
    line: Timeline, facts: CompetitorFacts, tmp_path: Path, damage: str
) -> None:
    line.build()
    path = current(tmp_path)
    whole = path.read_bytes()
    path.chmod(0o600)
    pointer = tmp_path / "published" / "current.json"
    sound = pointer.read_text()
    {
        "empty": lambda: path.write_bytes(b""),
        "other bytes": lambda: path.write_bytes(b"nonsense" * 1000),
        "cut": lambda: path.write_bytes(whole[: len(whole) // 3]),
        "gone": lambda: path.rename(path.with_suffix(".aside")),
        "pointer": lambda: pointer.write_text("{"),
    }[damage]()

    known = facts.about("globex")

    assert known.moves is None
    assert known.trouble
    # mended in another file, since DuckDB is never given other bytes under a name that it has had open
    mended = path.with_name("detente-20990101T000000Z-00000000.duckdb")
    mended.write_bytes(whole)
    pointer.write_text(sound.replace(path.name, mended.name))
    assert facts.about("globex").moves


def test_a_file_from_before_there_were_sightings_gives_what_it_has(
    line: Timeline, facts: CompetitorFacts, tmp_path: Path
) -> None:
    import duckdb  # noqa: PLC0415  (only to make the older file)

    line.build()
    path = current(tmp_path)
    path.chmod(0o600)
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE pub.sighting")

    known = facts.about("globex")

    assert known.moves
    assert known.heard is None
    assert "older than this page" in known.trouble


def test_a_page_waits_no_longer_than_it_was_told_and_those_behind_it_not_at_all(line: Timeline, tmp_path: Path) -> None:
    line.build()
    go_on = threading.Event()

    read = []

    def slow(folder: Path, competitor: str, as_of: datetime) -> Known:
        read.append(competitor)
        go_on.wait()
        return Known(as_of=as_of, moves=())

    facts = CompetitorFacts(tmp_path / "published", wait_s=0.05, read=slow)
    known = [facts.about(name) for name in ("globex", "initech", "hooli", *("umbrella",) * 20)]
    go_on.set()

    assert {one.trouble[:12] for one in known} == {"Reading what"}
    assert soon(lambda: facts.about("hooli").as_of) == line.at
    assert read == ["globex", "initech", "hooli"]  # nobody stands in the queue behind three
    facts.close()


@pytest.mark.parametrize("name", ["", "x' OR 1=1; --", "globex\x00", "x" * 10_000])
def test_a_competitor_that_is_none_is_nothing_known(line: Timeline, facts: CompetitorFacts, name: str) -> None:
    line.build()

    assert facts.about(name).moves in ((), None)


def test_many_at_once_get_the_same(line: Timeline, facts: CompetitorFacts) -> None:
    line.build()
    found: list[Known] = []
    threads = [threading.Thread(target=lambda: found.append(facts.about("globex"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len({id(one) for one in found}) == 1


MOVE = Move(kind="price up", subject="Team", old="49 USD / month", new="59 USD / month", seen_at=AT, to_check=False)


@pytest.mark.parametrize(
    ("text", "is_seen"),
    [
        ("The Team plan is 59 now.", True),
        ("They raised team from 49 to fifty-nine", True),
        ("The Team plan is 69 now.", False),
        ("59 people work there.", False),
        ("The Team plan got dearer.", False),
    ],
)
def test_what_the_crawler_saw_is_told_where_the_plan_and_one_of_its_prices_are_named(text: str, is_seen: bool) -> None:
    found = alike(text, [], Known(moves=(MOVE,)))

    assert [one.by for one in found] == (["page"] if is_seen else [])


def test_release_notes_that_say_it_are_told() -> None:
    entry = Release(title="Version 3.1", text="Single sign-on with Okta for every plan.", published_on=None, seen_at=AT)

    found = alike("They now have single sign-on with Okta for every plan", [], Known(releases=(entry,)))

    assert [one.by for one in found] == ["release"]


def test_that_two_texts_both_hide_an_address_is_no_likeness() -> None:
    earlier = Earlier(sighting_id="a", text="[e-mail] [phone] [e-mail]", received_at=AT)

    assert alike("[e-mail] [phone] [e-mail]", [earlier], Known()) == []


def test_no_more_than_three_are_told_and_the_surest_first() -> None:
    text = "Globex told Contoso that the Team plan costs 59 euros per user."
    earlier = [Earlier(sighting_id=str(n), text=f"{text} Heard {n} times.", received_at=AT) for n in range(5)]

    found = alike(text, earlier, Known(moves=(MOVE,)))

    assert [one.likeness for one in found] == ["same"] * 3
    assert found[0].by == "page"
