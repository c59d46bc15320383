"""The reader of release notes: feeds, changelog pages, Markdown, reStructuredText and plain text."""

from sources.release_notes.output import to_json
from sources.release_notes.reader import VERSION, read

__all__ = ["VERSION", "read", "to_json"]
