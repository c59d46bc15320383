"""The audit tells who did what to whom, in ids and words alone."""

from __future__ import annotations

import pytest

from desk import audit


def test_an_entry_comes_back_as_it_was_recorded(desk, clock):
    with desk.writing() as c:
        audit.record(
            c,
            by="p_1",
            action="roles_set",
            subject="p_2",
            now=clock.now(),
            before=["rep"],
            after=[],
            days=3,
            first=True,
        )
        audit.record(c, by=None, action="swept", subject="desk", now=clock.go(hours=1))

    with desk.reading() as c:
        swept, set_roles = audit.entries(c)

    assert (set_roles.by, set_roles.action, set_roles.subject) == ("p_1", "roles_set", "p_2")
    assert set_roles.detail == {"before": ["rep"], "after": [], "days": 3, "first": True}
    assert (swept.by, swept.at, swept.detail) == (None, clock.now(), {})


def test_the_newest_entries_come_first_and_one_subject_can_be_asked_for(desk, clock):
    with desk.writing() as c:
        for number in range(6):
            audit.record(c, by=None, action=f"a{number}", subject=f"s{number % 2}", now=clock.now())

    with desk.reading() as c:
        assert [entry.action for entry in audit.entries(c, limit=3)] == ["a5", "a4", "a3"]
        assert [entry.action for entry in audit.entries(c, subject="s1")] == ["a5", "a3", "a1"]


@pytest.mark.parametrize(
    "told", [{"name": "Ana Acme"}, {"email": "ana@acme.test"}, {"reasons": ["fine", "not so fine"]}, {"text": "a\nb"}]
)
def test_what_a_person_wrote_cannot_get_into_the_audit(desk, clock, told):
    with pytest.raises(ValueError, match="ids and words alone"), desk.writing() as c:
        audit.record(c, by=None, action="noted", subject="x", now=clock.now(), **told)

    with desk.reading() as c:
        assert audit.entries(c) == []
