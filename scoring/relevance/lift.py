"""Whether something is told more often than it used to be, or only by chance."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# As if one source more had been expected and had spoken: a theme without a history needs several to stand out.
_PRIOR = 1.0


def momentum(recent: Floats, expected: Floats, certainty: float) -> Floats:
    """How much more is told than was to be expected, from 0 (no more, or it may be chance) to 1.

    The lift has a Gamma posterior of shape `recent + 1` and rate `expected + 1` (Gamma–Poisson). With its lower bound
    b, momentum is 1 − 1/b where b is above 1: surely twice as often is a half.

    Args:
        recent: How many sources tell it of late.
        expected: How many would, were it as before; NaN where the history is too short to tell, which gives 0.
        certainty: How sure the bound is, such as 0.9.
    """
    known = np.isfinite(recent) & np.isfinite(expected) & (recent >= 0) & (expected >= 0)
    shape = np.where(known, recent, 0.0) + _PRIOR
    bound = gamma_quantile(shape, 1 - certainty) / (np.where(known, expected, 0.0) + _PRIOR)
    return np.where(known & (bound > 1), 1 - 1 / np.maximum(bound, 1.0), 0.0)


def momentum_of(recent: float, expected: float, certainty: float) -> float:
    """The same for one."""
    return float(momentum(np.array([recent]), np.array([expected]), certainty)[0])


def gamma_quantile(shape: Floats, probability: float) -> Floats:
    """The quantile of Gamma distributions of these shapes and rate 1.

    Within 1 % for shapes from 3 on and from 5 % to 95 %; below, it is too low at the lower end, which here only says
    the longer that something may be chance.

    Source: E. B. Wilson and M. M. Hilferty, The distribution of chi-square (1931): the cube root is nearly normal.
    """
    ninth = 1 / (9 * shape)
    root = 1 - ninth + NormalDist().inv_cdf(probability) * np.sqrt(ninth)
    cubed: Floats = shape * np.maximum(root, 0.0) ** 3
    return cubed
