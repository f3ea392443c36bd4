"""Mail of a leak: signatures as of the sending date, damage of transport told from alteration, keys from the leak."""
