"""Detectors, one folder for each kind of interference."""
