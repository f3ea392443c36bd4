"""Who is who: donors of a register among themselves, and names against lists of persons and organisations."""
