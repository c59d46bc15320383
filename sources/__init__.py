"""What comes in: fetching, and one reader per kind of source. Bytes in, observations out; a reader never fetches."""
