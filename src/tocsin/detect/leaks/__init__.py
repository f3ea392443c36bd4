"""Leaks: what of a mail or document holds, what was altered, and who quotes it."""
