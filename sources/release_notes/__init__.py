"""The reader of release notes: feeds, changelog pages, Markdown, reStructuredText and plain text."""

from sources.release_notes.reader import VERSION, read, to_json

__all__ = ["VERSION", "read", "to_json"]
