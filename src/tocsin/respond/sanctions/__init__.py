"""Sanctions: who is listed where and since when, and what a listing elsewhere would still need."""
