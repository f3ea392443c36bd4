"""Tocsin: defends elections against foreign interference."""

__version__ = "0.1.0"
