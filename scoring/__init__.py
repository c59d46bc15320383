"""Scores as pure functions over records: no file, no network, no clock."""
