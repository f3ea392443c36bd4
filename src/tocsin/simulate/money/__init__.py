"""Covert funding of a simulated election: a register of gifts with planted schemes, owners, lists, and the truth."""
