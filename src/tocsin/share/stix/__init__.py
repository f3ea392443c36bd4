"""Cases as STIX 2.1, both ways, with an account of every object and field."""
