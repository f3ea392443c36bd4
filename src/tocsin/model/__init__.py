"""Records every room speaks of."""
