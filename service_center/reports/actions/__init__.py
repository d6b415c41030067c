"""What is done with figures: keep their sums, send them."""
