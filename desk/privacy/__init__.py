"""What is kept about people: where it stands, and how it is found, given out, masked and erased."""
