"""Measures Détente on local pages beside what a user would pick instead, and beside the bare loop underneath."""
