"""The `detente` command: parses words, calls one thing, and says what came of it."""
