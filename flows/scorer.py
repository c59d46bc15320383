"""Clusters, themes and scores of what waits: computed while nobody holds the warehouse, stored in short sections."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd

from detente import __version__
from detente.rules import Rules
from detente.vectors import word_vectors
from detente.workspace import ThemeEntry
from flows.job import Job
from scoring.clustering import Edit, assign, independent_by_cluster, pairs, seen_before
from scoring.matching import Decided, Theme, ThemeMatcher
from scoring.relevance import Market, ThemeFacts, inputs, score
from warehouse import finding, scoring_rows, waiting
from warehouse.database import Connection, at_once
from warehouse.finding import Found, Surroundings
from warehouse.market import MarketRows, Windows, market_rows
from warehouse.scores import Money, items
from warehouse.sightings import mark, set_mark

# Raised whenever a change of the code lets clusters or themes come out otherwise: all items are then looked at again.
_WAY = 1
# So many items are in memory at once, or those of one competitor where it has more.
ITEMS_AT_ONCE = 100_000
# Undecided, and something of it happened so lately: its score is made anew by every build.
OPEN_DAYS = 91
# Pages are read after a sighting came that had shown it before; then it is nothing new after all.
REFEREE_DAYS = 14
_WEEK_S = 7 * 24 * 3600


class Scorer:
    """One round of scoring for a job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._rules = job.workspace.rules
        self._money = Money(currency=job.workspace.settings.company.currency, rates=self._rules.rates)
        self._themes = job.workspace.themes
        self._stamp = _stamp(self._rules, self._themes)

    def notice(self) -> None:
        """Lets all wait that differs from what was looked at, and what is open."""
        now = self._job.clock.now()
        facts = _digest([self._rules.digest, *(theme.model_dump_json() for theme in self._themes)])
        with self._job.warehouse.section("score: notice") as connection, at_once(connection):
            scoring_rows.load_archived(connection, self._job.archive, now)
            if mark(connection, "loaded"):  # of a desk that cannot be read nobody knows what may still be seen
                scoring_rows.drop_gone(connection)
            finding.notice(connection, self._money, self._stamp, now - timedelta(days=REFEREE_DAYS))
            scoring_rows.let_open_wait(connection, now, OPEN_DAYS)
            learned = _digest([f"{one.theme}\0{one.text}" for one in self._learned(connection)])
            if mark(connection, "learned") != learned:
                scoring_rows.let_open_wait(connection, now, OPEN_DAYS, finding.MATCH)
                set_mark(connection, "learned", learned)
            if mark(connection, "scored") != facts:
                scoring_rows.let_all_wait(connection)
                set_mark(connection, "scored", facts)

    def find(self, *, tell: bool) -> None:
        """Finds the clusters and themes of all that waits for them."""
        warehouse = self._job.warehouse
        with warehouse.section("score: recall") as connection:
            parts = finding.planned(connection, ITEMS_AT_ONCE)
            again = waiting.parts(waiting.ids_of(connection, finding.MATCH), ITEMS_AT_ONCE)
            learned = self._learned(connection) if parts or again else []
        matcher = self._matcher(learned)
        for part in parts:
            with warehouse.section("score: read items") as connection:
                around = finding.surroundings(
                    connection, part, self._money, self._stamp, self._rules.clusters.window_days
                )
            found = find(around, matcher, self._rules)
            with warehouse.section("score: store clusters") as connection, at_once(connection):
                finding.store(connection, around, found, tell=tell)
        for ids in again:
            with warehouse.section("score: read items") as connection:
                rows = items(connection, self._money, ids)
            matches = themes_of(rows, matcher)
            with warehouse.section("score: store themes") as connection, at_once(connection):
                finding.store_matches(connection, ids, matches, tell=tell)

    def score(self, *, tell: bool) -> None:
        """Scores all that waits for it."""
        now = self._job.clock.now()
        # the day's end, so that what is scored twice on a day differs by what was learned, and not by hours
        moment = now.astimezone(UTC).replace(hour=23, minute=59, second=59, microsecond=999_999)
        relevance = self._rules.relevance
        windows = Windows(
            deals_days=relevance.threat.window_days,
            recent_weeks=relevance.novelty.recent_weeks,
            base_weeks=relevance.novelty.base_weeks,
            claimed=relevance.gap.claimed,
        )
        with self._job.warehouse.section("score: recall") as connection:
            with at_once(connection):
                parts = scoring_rows.planned(connection, ITEMS_AT_ONCE)
            few = finding.SCORE if tell else ""
            around = _market(market_rows(connection, moment, windows, few), moment, windows) if parts else None
        for part in parts:
            with self._job.warehouse.section("score: read items") as connection:
                made_of = scoring_rows.ingredients(connection, part, self._money)
            found = inputs(
                made_of.items,
                made_of.members,
                made_of.matches,
                made_of.decisions,
                [ThemeFacts(key=one.name, status=one.status, weight=one.weight, ours=one.ours) for one in self._themes],
                now=moment,
                rules=relevance,
                reviews=made_of.reviews,
                around=around,
            )
            scored = score(found, relevance)
            ids = made_of.members["item_id"].tolist()
            with self._job.warehouse.section("score: store scores") as connection, at_once(connection):
                scoring_rows.append(
                    connection, self._job.archive, scored, scored_at=now, rules_version=self._rules.version,
                    rules_digest=self._rules.digest,
                )  # fmt: skip
                waiting.done(connection, finding.SCORE, ids)
                if tell:
                    waiting.tell(connection, ids)

    def _learned(self, connection: Connection) -> list[Decided]:
        """What people decided, as texts of a theme; a theme that is no longer on the roadmap teaches nothing."""
        decided = finding.decided_themes(connection)
        rows = items(connection, self._money, list(decided))
        known = {theme.name for theme in self._themes}
        return [
            Decided(text=text, theme=decided[item_id])
            for item_id, text in zip(rows["item_id"].tolist(), rows["text"].tolist(), strict=True)
            if decided[item_id] in known
        ]

    def _matcher(self, learned: Sequence[Decided]) -> ThemeMatcher:
        themes = [
            Theme(key=one.name, name=one.name, description=one.description, keywords=tuple(one.keywords))
            for one in self._themes
        ]
        return ThemeMatcher(themes, learned, vectors=word_vectors())


def find(around: Surroundings, matcher: ThemeMatcher, rules: Rules) -> Found:
    """Clusters, themes and what pages had said, of items that wait for them."""
    rows = around.items
    touched = rows[rows["item_id"].isin(around.touched)].reset_index(drop=True)
    new, sought = _pairs(around, rules)
    is_over = around.pairs["item_id"].isin(sought | around.gone) | around.pairs["other_id"].isin(sought | around.gone)
    edits = [Edit(kind=kind, item_id=one, other_id=other) for kind, one, other in around.edits]  # type: ignore[arg-type]
    known = new if is_over.all() else pd.concat([around.pairs[~is_over], new], ignore_index=True)
    members = assign(rows, known, edits, rules.clusters)
    sources = independent_by_cluster(rows, members)
    members["independent_sources"] = members["cluster_id"].map(sources).to_numpy()
    evidence = seen_before(touched[touched["kind"] == "sighting"], around.facts)
    return Found(pairs=new, sought=sought, members=members, matches=themes_of(touched, matcher), evidence=evidence)


def _pairs(around: Surroundings, rules: Rules) -> tuple[pd.DataFrame, frozenset[str]]:
    """Pairs of items, and of which items these are all.

    An item pairs with the best of what is there: where it pairs with one that is new, or did with one that is gone, it
    may pair otherwise with all others.
    """
    columns = ["item_id", "other_id", "share", "reason"]
    every = frozenset(around.items["item_id"])
    if every == around.touched:
        return pairs(around.items, rules.clusters)[columns], every
    first = pairs(_within(around, rules.clusters.window_days), rules.clusters, touched=around.touched)
    before = around.pairs
    changed = around.touched | around.gone
    before = before[before["item_id"].isin(changed) | before["other_id"].isin(changed)]
    ends = [first["item_id"], first["other_id"], before["item_id"], before["other_id"]]
    sought = every & around.touched.union(*(end.tolist() for end in ends))
    if sought == around.touched:
        return first[columns], sought
    return pairs(around.items, rules.clusters, touched=sought)[columns], sought


def _within(around: Surroundings, days: float) -> pd.DataFrame:
    """The items that lie no further from the touched ones: with others these cannot pair."""
    times = around.items["happened_at"]
    touched = times[around.items["item_id"].isin(around.touched)]
    window = pd.Timedelta(days=days)
    return around.items[times.between(touched.min() - window, touched.max() + window)]


def themes_of(rows: pd.DataFrame, matcher: ThemeMatcher) -> pd.DataFrame:
    """The themes of items: `item_id, theme, fit`."""
    found = matcher.match_many(rows["text"].tolist())
    ids = rows["item_id"].to_numpy()[found["row"].to_numpy(dtype=int)]
    return pd.DataFrame({"item_id": ids, "theme": found["theme"].to_numpy(), "fit": found["score"].to_numpy()})


def _market(rows: MarketRows, moment: datetime, windows: Windows) -> Market:
    weeks = 0.0
    if rows.first_at is not None:
        history = moment.replace(tzinfo=None) - rows.first_at
        weeks = float(min(max(history.total_seconds() // _WEEK_S - windows.recent_weeks, 0), windows.base_weeks))
    return Market(deals=rows.deals, told=rows.told, weeks_before=weeks, theirs=rows.theirs)


def _stamp(rules: Rules, themes: Sequence[ThemeEntry]) -> str:
    """Tells the ways of finding clusters and themes apart."""
    said = [f"{one.name}\0{one.description}\0{' '.join(one.keywords)}" for one in themes]
    return _digest([str(_WAY), __version__, rules.clusters.model_dump_json(), *said])


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0\0".join(parts).encode()).hexdigest()[:16]
