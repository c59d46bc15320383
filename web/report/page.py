"""The form as its template shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType

from desk.accepting.limits import Limits
from web.pages import shows
from web.report import form as report_form
from web.report import words as report_words
from web.report.words import Option

SCRIPTS = tuple(
    f"js/{name}.js"
    for name in ("choices", "draft", "faults", "ids", "personal", "photo", "pictures", "queue", "waiting")
)
"""What `js/form.js` imports."""

_ANCHORS = MappingProxyType(
    {"competitor": "competitor-other", "source": "source-customer"}
    | {question.name: f"{question.name}-yes" for question in report_words.QUESTIONS}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The form, with what stands in it.

    Attributes:
        sighting_id: What makes it exactly one sighting, however often it is sent.
        written_by: Whose form it is; empty for the page that is the same for everybody.
        opened_at: When the page was made.
        values: By field, what stands in it.
        faults: By field, what must be mended; the field `""` stands for the whole.
        heading: What is said above the faults.
        choices: The competitors that are one tap away.
        names: All names of all competitors, for the search field.
        limits: Bounds of a sighting.
        amount_echo: What we understood of the deal's amount.
        lost_files: How many files must be chosen again.
        known_id: The sighting that was sent from this form before.
        is_kept: What stands in it came with the request: no draft may take its place.
        is_shell: It is the page that the service worker keeps.
    """

    sighting_id: str
    written_by: str
    opened_at: str
    values: Mapping[str, str]
    limits: Limits
    faults: Mapping[str, str] = field(default_factory=dict)
    heading: str = ""
    choices: Sequence[Option] = ()
    names: Sequence[str] = ()
    amount_echo: str = ""
    lost_files: str = ""
    known_id: str = ""
    is_kept: bool = False
    is_shell: bool = False

    @property
    def words(self) -> ModuleType:
        """What is asked, and the answers."""
        return report_words

    @property
    def missing(self) -> Mapping[str, str]:
        """By field, what is said where it is empty."""
        return report_words.MISSING

    @property
    def labels(self) -> Mapping[str, str]:
        """By field, how people read its name."""
        return report_words.LABELS

    @property
    def too_long(self) -> str:
        """What is said of a text that is too long."""
        return report_words.too_long(self.limits.text_chars)

    @property
    def anchors(self) -> Mapping[str, str]:
        """By field, the id of what a link to it leads to."""
        return {name: name for name in (*report_form.FIELDS, "files")} | _ANCHORS

    @property
    def is_detailed(self) -> bool:
        """Whether something stands under the details, or is wrong there."""
        return any(self.values[name] or name in self.faults for name in report_form.DETAILS)

    @property
    def scripts(self) -> Sequence[str]:
        """Scripts that the first one imports, to be loaded beside it."""
        return SCRIPTS


@shows("report/new.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class FormPage:
    """The form.

    Attributes:
        form: What stands in it.
    """

    form: Form
