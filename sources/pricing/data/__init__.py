"""Prices that a page states for machines: linked data, marked-up text, and the state of its scripts."""
