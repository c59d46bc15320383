"""From the inbox onto the desk: rows first, then photos without what they should not tell."""
