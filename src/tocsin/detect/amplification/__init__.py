"""Amplification of divisive news: which accounts act together more than chance allows."""
