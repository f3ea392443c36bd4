"""The live desk: posts as they come, kept in parts, looked at every few seconds."""

from tocsin.jobs.follow.desk import Following, follow

__all__ = ["Following", "follow"]
