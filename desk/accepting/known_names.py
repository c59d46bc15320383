"""Names of competitors: a slug must be known, and a name that only looks like a known one is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from detente.toml_file import nearest

# letters of other scripts that look like Latin ones; the few that names are forged with
_LOOKS_LIKE = str.maketrans(
    "аеорсухіјѕԁһԛԝвкмнтαεοριυνκτβ" + "АЕОРСУХІЈЅВКМНТ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "01",
    "aeopcyxijsdhqwbkmhtaeopiuvktb" + "aeopcyxijsbkmht" + "abezhikmnoptyx" + "ol",
)


def competitor_fault(slug: str | None, competitors: Collection[str]) -> str:
    """What is wrong with the slug, and the nearest right one; empty where it is known or none was given."""
    if slug is None or slug in competitors:
        return ""
    return (
        f"{slug!r} is none of the known competitors{nearest(slug, list(competitors))}; "
        "leave it empty and write the name as competitor_name where it is a new one"
    )


def looks_like(name: str, competitors: Collection[str]) -> str | None:
    """The slug that a free name is, or looks like: other case, marks, or letters of another script.

    Nothing is decided by it: it is shown to the person who sorts new names.
    """
    plain = _plain(name)
    return next((slug for slug in sorted(competitors) if plain and _plain(slug) == plain), None)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_LOOKS_LIKE)
    return re.sub(r"[^a-z0-9]", "", folded)
