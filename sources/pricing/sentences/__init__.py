"""Prices that sentences tell, and whose they are."""
