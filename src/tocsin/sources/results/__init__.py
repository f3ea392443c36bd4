"""Results by polling station: tables as election authorities publish them, to `STATIONS`."""

from tocsin.sources.results.reading import StationFiles, read_stations

__all__ = ["StationFiles", "read_stations"]
