"""How many sources that know nothing of each other stand behind a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

# what such a sighting says stands where everybody can read it, and our crawler too
_PUBLIC = "public"
_NAME = "independent_sources"


def independent(members: pd.DataFrame) -> int:
    """Counts independent sources among the members of one cluster.

    Two sightings are independent when they come from different accounts and from different people: one call with two
    reps is one source, and so is one deal, and one rep who was told the same thing twice. What has no account counts
    only where nothing else does, unless it came from a partner, a competitor, a former employee or a document. What
    stands on a page, whoever read it there, is one more source.

    Args:
        members: The items of the cluster: `kind`, `source`, `account_key`, `deal_key`, `person_id`.
    """
    return _counted(_told(members))


def independent_by_cluster(items: pd.DataFrame, assigned: pd.DataFrame) -> pd.Series[int]:
    """The same for every cluster, by `cluster_id`.

    Args:
        items: As for `independent`, with `item_id`.
        assigned: `item_id` and `cluster_id`, a row per item.
    """
    clusters = assigned.set_index("item_id")["cluster_id"].reindex(items["item_id"]).to_numpy()
    sizes = pd.Series(1, index=pd.Index(clusters, name="cluster_id")).groupby(level=0).sum()
    together = pd.Series(clusters).isin(sizes.index[sizes > 1]).to_numpy()
    members: dict[str, list[tuple[str, ...]]] = {}
    for cluster_id, row in zip(clusters[together].tolist(), _told(items[together]), strict=True):
        members.setdefault(cluster_id, []).append(row)
    several = {cluster_id: _counted(rows) for cluster_id, rows in members.items()}
    return pd.Series([several.get(cluster_id, 1) for cluster_id in sizes.index], index=sizes.index, name=_NAME)


def _told(items: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    names = ("kind", "source", "account_key", "deal_key", "person_id")
    return zip(*(items[name].astype(object).fillna("").astype(str).tolist() for name in names), strict=True)


def _counted(rows: Iterable[Sequence[str]]) -> int:
    is_on_page = False
    told: list[tuple[str, str, str, str]] = []
    for kind, source, account, deal, person in rows:
        if kind != "sighting" or source == _PUBLIC:
            is_on_page = True
        else:
            told.append((source, account, deal, person))
    origins = _same_deal_same_origin(told)
    people: dict[str, set[str]] = {}
    for (_, _, _, person), origin in zip(told, origins, strict=True):
        people.setdefault(origin, set()).add(person)
    if len(people) > 1:
        people.pop("", None)
    return _matched(people) + is_on_page


def _same_deal_same_origin(told: list[tuple[str, str, str, str]]) -> list[str]:
    """By sighting, where it comes from; empty where nobody knows. Accounts that share a deal are one."""
    by_deal: dict[str, str] = {}
    alias: dict[str, str] = {}

    def end(name: str) -> str:
        while name in alias:
            name = alias[name]
        return name

    named = []
    for source, account, deal, _ in told:
        origin = f"account {account}" if account else f"deal {deal}" if deal else ""
        if not origin and source not in ("", "customer"):
            origin = f"source {source}"
        if deal:
            known = end(by_deal.setdefault(deal, origin))
            if known != end(origin):
                alias[end(origin)] = known
        named.append(origin)
    return [end(origin) for origin in named]


def _matched(people: Mapping[str, set[str]]) -> int:
    """The most sightings of which no two share an origin or a person: a largest matching of one with the other."""
    holder: dict[str, str] = {}

    def find(origin: str, tried: set[str]) -> bool:
        for person in sorted(people[origin] - tried):
            tried.add(person)
            if person not in holder or find(holder[person], tried):
                holder[person] = origin
                return True
        return False

    return sum(find(origin, set()) for origin in sorted(people))
