"""What a reporter gets back: the receipt, and what is known already."""
