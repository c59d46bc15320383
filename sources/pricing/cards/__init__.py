"""Plans that stand in cards, lists, or under headings."""
