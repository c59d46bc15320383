"""The page of rewards: one's own statement, the rules in plain words with their reasons, and how to disagree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from reports_sent import send, words
from web_site import WebSite

from desk.rewarding import ledger
from detente.rules import default_rules, default_text
from web.rewards import words as reward_words

NewSite = Callable[..., WebSite]


def test_without_anything_earned_it_says_what_earns(site: WebSite) -> None:
    told = words(site.client("other_rep").get("/rewards"))

    assert "What you earned in 2026-Q4" in told
    assert "Nothing is earned by sending alone" in told
    for rule in default_rules().rewards.rules:
        assert rule.because in told
    assert "If you disagree" in told


def test_every_rule_and_every_bound_has_its_words_and_its_reason() -> None:
    rewards = default_rules().rewards

    assert all(line.title and line.because for line in reward_words.rule_lines(rewards))
    assert [line.points for line in reward_words.rule_lines(rewards)][:2] == ["+5", "+2, then +1"]
    assert all(line.because for line in reward_words.bound_lines(rewards))


def test_the_rules_of_the_workspace_are_told_and_not_those_that_a_new_one_begins_with(new_site: NewSite) -> None:
    text = default_text().replace("version = 1", "version = 7").replace("points = 5", "points = 4", 1)
    told = words(new_site(files={"rules.toml": text}).client("rep").get("/rewards"))

    assert "These are the rules of version 7" in told
    assert "+4 True, and told by nobody before" in told


def test_an_earlier_quarter_is_told_by_its_label_and_names_nobody(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "Globex has a new plan for teams at 19 euros.")
    now = site.clock.now() - timedelta(days=100)
    with site.desk.writing() as c:
        ledger.fund(c, "2026-Q3", 100, by=None, now=now)
        ledger.hold(
            c, rule="new", stage="verified", sighting_id=sent, person_id=site.people["rep"].person_id, points=3,
            rules_version=1, reason={"sentence": "5 × 0.6 fresh = 3, rule v1"}, quarter="2026-Q3", by=None, now=now,
        )  # fmt: skip
    rep = site.client("rep")
    page = BeautifulSoup(rep.get("/rewards").text, "lxml")

    links = [one["href"] for one in page.select("main nav a")]
    assert links[:2] == ["/rewards?quarter=2026-Q4", "/rewards?quarter=2026-Q3"]
    assert "5 × 0.6 fresh = 3, rule v1" not in words(rep.get("/rewards"))
    assert "5 × 0.6 fresh = 3, rule v1" in words(rep.get("/rewards?quarter=2026-Q3"))


@pytest.mark.parametrize("quarter", ["2026-Q5", "last", "2026-Q4'--"])
def test_what_is_no_quarter_is_told_so(site: WebSite, quarter: str) -> None:
    answer = site.client("rep").get("/rewards", params={"quarter": quarter})

    assert answer.status_code in (400, 422)
    assert "2026-Q4" in words(answer)


def test_a_program_needs_the_scope_to_read(site: WebSite) -> None:
    assert site.program(site.token("rep", "sightings:write")[1]).get("/api/v1/rewards").status_code == 403
    assert site.program(site.token("rep", "sightings:read")[1]).get("/api/v1/rewards").json()["credits"] == []
