"""How the tables came to be. `versions` holds one module a step; a step is never changed once released."""
