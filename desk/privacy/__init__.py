"""What is kept about people: where it stands, for how long, and how it is given out and erased."""
