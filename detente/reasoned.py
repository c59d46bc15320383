"""A table of rules: every number in it is written, and has its reason beside it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from detente.toml_file import Strict

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Days = Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False)]


class Reasoned(Strict):
    """A table of numbers, each of which has its reason."""

    because: dict[str, str] = Field(default_factory=dict, description="By key of this table, why it is what it is.")

    @model_validator(mode="after")
    def _every_number_has_its_reason(self) -> Reasoned:
        numbers = {name for name, value in self if name not in ("because", "rules")}
        for name in sorted(numbers):
            # a number that nobody wrote would be a rule that nobody can read
            if name not in self.model_fields_set:
                raise ValueError(f"{name} is missing: write it, and why it is what it is")
            if not self.because.get(name, "").strip():
                raise ValueError(f"because.{name} is missing: say why {name} is what it is")
        if unknown := self.because.keys() - numbers:
            raise ValueError(f"because.{min(unknown)} is the reason of nothing: this table has {', '.join(numbers)}")
        return self
