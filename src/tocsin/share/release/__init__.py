"""Release: give cases to audiences, remember who has what, and take it back."""

from tocsin.share.release.give import Given, release, write_view
from tocsin.share.release.recall import Recalled, fetched_by, recall
from tocsin.share.release.restrict import restrict

__all__ = ["Given", "Recalled", "fetched_by", "recall", "release", "restrict", "write_view"]
