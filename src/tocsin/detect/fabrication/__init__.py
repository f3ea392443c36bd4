"""Spread of fake information: what is said or shown again in other words, which sites imitate an outlet, what rose."""
