"""What clusters and scores cost: many items, made of numbers alone, put straight into a warehouse."""
