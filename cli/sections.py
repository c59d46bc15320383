"""The first screen of `detente --help`: commands by what somebody wants to do, a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Command, Context
    from typer._click.formatting import HelpFormatter

_SECTIONS: Mapping[str, Sequence[str]] = {
    "To begin": ("init", "check", "demo"),
    "What competitors publish": ("run", "serve", "sources", "readers", "extract", "import-history", "changes"),
    "What reps report, and what they are credited": ("sighting", "rewards", "ledger"),
    "What matters, and what is decided": (
        "explain", "cluster", "review", "decide", "sample", "evaluate", "match", "similar",
    ),
    "The data and the people": ("sql", "export", "rebuild", "person", "retention"),
}  # fmt: skip
# Blanks before and between the two columns, and a blank at the end.
_BLANKS = 5


class Sections(TyperGroup):
    """The group of all commands, shown in sections; what stands in none comes last."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Writes the sections."""
        names = self.list_commands(ctx)
        placed = {name for section in _SECTIONS.values() for name in section}
        others = [name for name in names if name not in placed]
        width = max(map(len, names))
        for title, section in [*_SECTIONS.items(), ("Others", others)]:
            rows = [
                (name.ljust(width), brief(command, formatter.width - width - _BLANKS))
                for name in section
                if (command := self.get_command(ctx, name)) is not None and not command.hidden
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def brief(command: Command, width: int) -> str:
    """The first sentence of a command's help, or as many of its clauses as fit: never cut in the middle of one."""
    sentence = " ".join((command.help or "").split("\n\n")[0].split()).split(". ")[0].rstrip(".")
    if len(sentence) <= width:
        return sentence
    for marks in (";:", ",;:"):
        ends = [at for at in range(width + 1) if sentence[at] in marks and sentence[at + 1] == " "]
        # "Sightings" alone says nothing that the command's name does not
        if ends and " " in sentence[: ends[-1]]:
            return sentence[: ends[-1]]
    return command.get_short_help_str(width)
