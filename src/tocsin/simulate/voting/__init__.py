"""Targeting of the offices of a simulated election: names, logs, results by station, and an election to audit."""
