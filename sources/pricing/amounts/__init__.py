"""Amounts of money in a text: numbers, currencies, and what they pay for."""
