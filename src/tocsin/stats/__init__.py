"""Null models, exact and bounded tails, multiple testing, intervals."""
