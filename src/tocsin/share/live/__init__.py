"""The page of a live desk."""
