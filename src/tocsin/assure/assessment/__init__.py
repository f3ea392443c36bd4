"""Assessment of election systems: who answers what, what is missing, what is told to whom."""
