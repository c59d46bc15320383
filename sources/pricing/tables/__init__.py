"""Plans and features that stand in tables, and in grids of other elements."""
