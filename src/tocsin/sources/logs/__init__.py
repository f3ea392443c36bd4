"""Logs of election offices: web servers, sign-ins, intrusion detection, flows, TLS tests. To events (`EVENTS`)."""

from tocsin.sources.logs.reading import EventFiles, read_events

__all__ = ["EventFiles", "read_events"]
