"""What is shown and written of a scan of names, logs and results around election offices."""

from tocsin.share.targets.write import write_targets_scan

__all__ = ["write_targets_scan"]
