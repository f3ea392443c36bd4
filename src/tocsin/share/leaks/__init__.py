"""What is shown and written of a scan of a leak."""

from tocsin.share.leaks.write import write_leak_scan

__all__ = ["write_leak_scan"]
