"""Public keys of domains for signed mail, from files that people and archives kept."""
