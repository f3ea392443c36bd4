"""What is done to make an election sure: evaluate its systems, audit its results."""
