"""What is done about interference: sanctions that line up."""
