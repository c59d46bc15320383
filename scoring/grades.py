"""How far a report is to be believed: who says it and what is said are judged apart, as intelligence services do.

The letters and numbers are those of the Admiralty code (NATO STANAG 2511): A to F for the source, 1 to 6 for the claim.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# 95 %, two-sided: what a bound is that few records cannot reach
_Z = 1.96
_SURE = 3
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def source_grades(
    verified: npt.NDArray[np.generic], wrong: npt.NDArray[np.generic], fabricated: npt.NDArray[np.generic]
) -> npt.NDArray[np.str_]:
    """The track records of who reports, `A` to `F`, as an array of letters.

    The bounds of Wilson's interval around the share of looked-at reports that were found true decide, so that a letter
    other than F needs a record: one report that was right is no track record, nor is one that was wrong.

    A: at least 80 of 100 are surely true, B: 60, C: 40. E: surely fewer than 40 are. D: surely fewer than 75 are.
    F: too little has been looked at.

    Args:
        verified: How many were found true, by reporter; a negative or unknown count is 0.
        wrong: How many were found wrong.
        fabricated: How many were made up.
    """
    true, false, fake = (np.nan_to_num(np.maximum(count.astype(float), 0)) for count in (verified, wrong, fabricated))
    low, high = wilson(true, true + false + fake)
    letters = np.select([low >= 0.8, low >= 0.6, low >= 0.4, high < 0.4, high < 0.75], list("ABCED"), "F")
    return np.asarray(letters, dtype=np.str_)


def wilson(hits: Floats, trials: Floats) -> tuple[Floats, Floats]:
    """The lower and the upper bound (95 %) of a share; 0 and 1 where nothing was tried.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    n = np.maximum(trials, 1.0)
    share = hits / n
    middle = share + _Z**2 / (2 * n)
    reach = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    whole = 1 + _Z**2 / n
    low, high = (middle - reach) / whole, (middle + reach) / whole
    return np.where(trials > 0, np.clip(low, 0, 1), 0.0), np.where(trials > 0, np.clip(high, 0, 1), 1.0)


def claim_grades(
    independent: npt.NDArray[np.generic],
    has_crawler: Bools,
    has_evidence: Bools,
    is_certain: Bools,
    is_stated: Bools,
    contradicted: Bools,
) -> npt.NDArray[np.int64]:
    """How likely what is said is true, 1 (confirmed by others) to 6 (cannot be judged), whoever says it.

    1: three sources, or a page and somebody else. 2: two sources, or a page alone. 3: one, with a file or certain of
    it. 4: one who thinks or heard so; or several, and somebody found otherwise. 5: somebody found otherwise.
    6: one who does not say how sure.

    Args:
        independent: By item, how many independent sources say it; what a page shows is one of them. Unknown is 0.
        has_crawler: Whether a page shows it.
        has_evidence: Whether a file came with it.
        is_certain: Whether its reporter was certain.
        is_stated: Whether its reporter said how sure.
        contradicted: Whether somebody looked and found otherwise.
    """
    sources = np.nan_to_num(independent.astype(float))
    confirmed = (sources >= _SURE) | (has_crawler & (sources > 1))
    probable = (sources > 1) | has_crawler
    numbers = np.select(
        [contradicted & probable, contradicted, confirmed, probable, has_evidence | is_certain, is_stated],
        [4, 5, 1, 2, 3, 4],
        6,
    )
    return np.asarray(numbers, dtype=np.int64)
