"""From what a reporter says to a file that is safe: bounds, the gate, the inbox."""
