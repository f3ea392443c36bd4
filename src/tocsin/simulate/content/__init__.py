"""Simulated content: what is said again, shown again and imitated, and a leak that was tampered with."""
