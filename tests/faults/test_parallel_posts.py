"""One id is one sighting, however often and from however many places it is sent at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from served import Served, new_id, photo

pytestmark = pytest.mark.slow
AT_ONCE = 20


def test_twenty_posts_with_one_id_are_one_sighting_with_one_receipt(served: Served) -> None:
    sighting_id, barrier, picture = new_id(), Barrier(AT_ONCE), photo("one")

    def send(_: int) -> tuple[int, dict[str, object]]:
        barrier.wait()
        return served.report("rita", sighting_id, "Globex bought Initech.", [("photo.jpg", picture)])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(AT_ONCE)))
    served.wait_until_indexed()

    statuses = sorted(status for status, _ in answers)
    assert statuses == [200] * (AT_ONCE - 1) + [201]
    assert len({str(answer) for _, answer in answers}) == 1
    assert [(sighting_id,)] == served.rows("SELECT sighting_id FROM sighting")
    assert served.rows("SELECT count(*) FROM attachment") == [(1,)]
    assert served.rows("SELECT kind, count(*) FROM sighting_event WHERE kind = 'received'") == [("received", 1)]
    assert len(served.files_of("new", "kept", "aside")) == 1


def test_of_two_texts_with_one_id_at_once_one_is_taken_and_the_other_is_told(served: Served) -> None:
    for _ in range(5):
        sighting_id, barrier = new_id(), Barrier(AT_ONCE)

        def send(number: int) -> int:
            barrier.wait()  # noqa: B023
            return served.report("rita", sighting_id, f"Text {number % 2}.")[0]  # noqa: B023

        with ThreadPoolExecutor(AT_ONCE) as pool:
            statuses = sorted(pool.map(send, range(AT_ONCE)))

        assert statuses == [200] * (AT_ONCE // 2 - 1) + [201] + [409] * (AT_ONCE // 2)


def test_an_id_of_somebody_else_is_refused_without_telling_anything_of_it(served: Served) -> None:
    sighting_id = new_id()
    assert served.report("rita", sighting_id, "Rita's secret words.")[0] == 201

    status, answer = served.report("ravi", sighting_id, "Rita's secret words.")

    assert status == 409
    assert "secret words" not in str(answer)
    assert "rita" not in str(answer).lower()


def test_an_id_in_upper_case_is_refused_and_not_a_second_sighting(served: Served) -> None:
    sighting_id = new_id()
    assert served.report("rita", sighting_id, "Globex bought Initech.")[0] == 201

    assert served.report("rita", sighting_id.upper(), "Globex bought Initech.")[0] in (200, 422)

    served.wait_until_indexed()
    assert [(sighting_id,)] == served.rows("SELECT sighting_id FROM sighting")
