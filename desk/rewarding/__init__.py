"""What reporting well earns: a ledger that is only ever added to, and the statements made of it."""
