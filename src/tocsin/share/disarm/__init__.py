"""DISARM as an identity service: which technique, tactic or measure an id, name or tag means, in which release."""
