"""Risk-limiting audits: how far a sample of paper supports a reported outcome. Numbers in, numbers out; no I/O."""
