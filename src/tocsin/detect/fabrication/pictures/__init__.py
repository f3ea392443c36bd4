"""Pictures that are shown again: found whatever was done to them, and compared before anything is said."""

from tocsin.detect.fabrication.pictures.hashes import PictureHashes, describe, hash_picture
from tocsin.detect.fabrication.pictures.index import Gallery, Near, PictureIndex
from tocsin.detect.fabrication.pictures.laid import laid
from tocsin.detect.fabrication.pictures.match import Match, compare, match
from tocsin.sources.pictures import Credentials, credentials

__all__ = [
    "Credentials",
    "Gallery",
    "Match",
    "Near",
    "PictureHashes",
    "PictureIndex",
    "compare",
    "credentials",
    "describe",
    "hash_picture",
    "laid",
    "match",
]
