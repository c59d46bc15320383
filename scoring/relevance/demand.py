"""Money of customers who ask for it: each account once, capped, by how likely the deal hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from detente.rules import DemandRules

_DECIDED = ("won", "lost")


def in_own_currency(
    amounts: pd.Series[float], currencies: pd.Series[str], own: str, rates: Mapping[str, Decimal]
) -> pd.Series[float]:
    """Amounts in the company's own currency; NaN where the amount is unknown or its currency has no rate.

    Args:
        amounts: Numbers.
        currencies: ISO 4217 codes of the same rows; one that is missing has no rate.
        own: The company's.
        rates: By currency, what one unit of it is worth in the company's.
    """
    worth = {code: float(rate) for code, rate in rates.items()} | {own: 1.0}
    return amounts.astype("float64") * currencies.map(worth).astype("float64")


def contributions(sightings: pd.DataFrame, rules: DemandRules) -> pd.DataFrame:
    """What each account puts into the demand of a cluster.

    Of an account the sighting that is worth most counts, and no other. A sighting that names no account has that of its
    deal, where another sighting of the deal names it; else it counts as its deal, and all those of one person together
    count once: who leaves the account out gains nothing by telling twice.

    Args:
        sightings: `cluster, item_id, account_key, deal_key, person_id, deal_amount, stage, motive`; an amount that is
            no positive number is unknown.
        rules: How much counts.

    Returns:
        `cluster, item_id, amount, worth`, one row per cluster and account, in an order of its own.
    """
    amount = sightings["deal_amount"].to_numpy("float64", na_value=np.nan)
    usable = np.isfinite(amount) & (amount > 0)
    known = sightings.loc[usable].sort_values("item_id")
    known = pd.DataFrame(
        {
            "cluster": known["cluster"].to_numpy(),
            "item_id": known["item_id"].to_numpy(),
            "account": _numbered(known["account_key"]),
            "deal": _numbered(known["deal_key"]),
            "person": _numbered(known["person_id"]),
            "amount": known["deal_amount"].to_numpy("float64"),
            "worth": _worth(known, rules),
        }
    )
    # the most worth first, and of as much the smallest id: what is kept of two does not hang on the order they came in
    known = known.iloc[np.lexsort((np.arange(len(known)), -known["worth"], known["cluster"]))]
    accounts = known[(known["account"] >= 0) & (known["deal"] >= 0)].groupby("deal")["account"].min()
    known["account"] = known["account"].where(
        known["account"] >= 0, known["deal"].map(accounts).fillna(-1).astype("int64")
    )
    named = known[known["account"] >= 0].drop_duplicates(["cluster", "account"])
    unnamed = known[known["account"] < 0]
    of_deals = unnamed["deal"] >= 0
    once = ~of_deals | ~unnamed.loc[of_deals].duplicated(["cluster", "deal"]).reindex(unnamed.index, fill_value=False)
    # a person who is erased is nobody, and nobody counts once
    voices = unnamed[once].drop_duplicates(["cluster", "person"])
    both = pd.concat([named, voices])
    both = both.iloc[np.lexsort((both.index, -both["worth"], both["cluster"]))]
    each: pd.DataFrame = both[["cluster", "item_id", "amount", "worth"]].reset_index(drop=True)
    return each


def _numbered(keys: pd.Series[str]) -> npt.NDArray[np.int64]:
    """Keys as numbers in their own order; −1 where there is none."""
    return pd.factorize(keys, sort=True)[0]


def _worth(sightings: pd.DataFrame, rules: DemandRules) -> npt.NDArray[np.float64]:
    capped = np.minimum(sightings["deal_amount"].to_numpy("float64") * rules.unverified, rules.account_cap)
    probability = sightings["stage"].map(dict(rules.stages)).astype("float64").fillna(rules.unknown_stage)
    only_a_box = (sightings["motive"] == "parity_checkbox").to_numpy(dtype=bool, na_value=False)
    return np.asarray(
        capped * probability.to_numpy() * np.where(only_a_box, rules.parity_checkbox, 1.0), dtype=np.float64
    )


def demand(sightings: pd.DataFrame, rules: DemandRules) -> pd.DataFrame:
    """What is at stake of each cluster: `demand_money`, `demand_stated`, `demand_accounts`; index: the cluster.

    A cluster of which no amount is known is not in it.
    """
    by_cluster = contributions(sightings, rules).groupby("cluster")
    return pd.DataFrame(
        {
            "demand_money": by_cluster["worth"].sum(),
            "demand_stated": by_cluster["amount"].sum(),
            "demand_accounts": by_cluster["worth"].size().astype("float64"),
        }
    )


def open_closings(sightings: pd.DataFrame) -> pd.Series[bool]:
    """Which sightings' deals are still open, so that the day they close on presses."""
    return ~sightings["stage"].isin(_DECIDED)
