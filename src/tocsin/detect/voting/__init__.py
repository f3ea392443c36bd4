"""Targeting of voting systems: who imitates, scans or attacks election offices; whether results hold together."""
