"""Claims that somebody checked, and lists with opinions on domains, as their publishers give them out."""

from tocsin.sources.claims.opinions import OpinionsFile, read_opinions
from tocsin.sources.claims.reading import ClaimsFile, read_claims

__all__ = ["ClaimsFile", "OpinionsFile", "read_claims", "read_opinions"]
