"""Covert funding of candidates and parties: whose money is it really."""
