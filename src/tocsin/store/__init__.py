"""The workspace: record database, content-addressed evidence vault, hash-chained journal."""
