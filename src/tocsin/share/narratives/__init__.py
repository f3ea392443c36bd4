"""What is shown and written of a scan of content: what is said again, shown again, imitated, or rises."""

from tocsin.share.narratives.write import write_narratives_scan

__all__ = ["write_narratives_scan"]
