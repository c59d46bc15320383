"""The page on which people see what they earned, and by which rules."""
