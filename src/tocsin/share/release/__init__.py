"""Release: give cases to audiences, remember who has what, and take it back."""

from tocsin.share.release.audiences import set_audience
from tocsin.share.release.files import exporters, shared, take
from tocsin.share.release.give import Given, collections_of, release
from tocsin.share.release.recall import Recalled, fetched_by, recall
from tocsin.share.release.restrict import objects_of, restrict

__all__ = [
    "Given",
    "Recalled",
    "collections_of",
    "exporters",
    "fetched_by",
    "objects_of",
    "recall",
    "release",
    "restrict",
    "set_audience",
    "shared",
    "take",
]
