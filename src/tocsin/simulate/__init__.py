"""An election with ordinary users, innocent decoys and planted operations, and the truth about each."""
