"""Inputs that do not end: a folder whose files grow, a stream over a WebSocket."""
