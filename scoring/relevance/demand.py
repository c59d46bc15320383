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
    is_known = np.isfinite(amount) & (amount > 0)
    known = sightings.loc[is_known, ["cluster", "item_id", "account_key", "deal_key", "person_id"]].copy()
    known["amount"] = amount[is_known]
    known["worth"] = _worth(
        amount[is_known], sightings.loc[is_known, "stage"], sightings.loc[is_known, "motive"], rules
    )
    # the most worth first, and of as much the smallest id: what is kept of two does not hang on the order they came in
    known = known.sort_values(["cluster", "worth", "item_id"], ascending=[True, False, True], kind="stable")
    accounts = known.dropna(subset=["deal_key", "account_key"]).groupby("deal_key")["account_key"].min()
    known["account_key"] = known["account_key"].fillna(known["deal_key"].map(accounts))
    has_account = known["account_key"].notna()
    named = known[has_account].drop_duplicates(["cluster", "account_key"])
    unnamed = known[~has_account]
    deals = unnamed[unnamed["deal_key"].notna()].drop_duplicates(["cluster", "deal_key"])
    # a person who is erased is nobody, and nobody counts once
    voices = pd.concat([deals, unnamed[unnamed["deal_key"].isna()]])
    voices = voices.sort_values(["cluster", "worth", "item_id"], ascending=[True, False, True], kind="stable")
    both = pd.concat([named, voices.drop_duplicates(["cluster", "person_id"])])
    both = both.sort_values(["cluster", "worth", "item_id"], ascending=[True, False, True], kind="stable")
    each: pd.DataFrame = both[["cluster", "item_id", "amount", "worth"]].reset_index(drop=True)
    return each


def _worth(
    amount: npt.NDArray[np.float64], stage: pd.Series[str], motive: pd.Series[str], rules: DemandRules
) -> npt.NDArray[np.float64]:
    capped = np.minimum(amount * rules.unverified, rules.account_cap)
    probability = stage.map(dict(rules.stages)).astype("float64").fillna(rules.unknown_stage).to_numpy("float64")
    only_a_box = (motive == "parity_checkbox").to_numpy(dtype=bool, na_value=False)
    return np.asarray(capped * probability * np.where(only_a_box, rules.parity_checkbox, 1.0), dtype=np.float64)


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
