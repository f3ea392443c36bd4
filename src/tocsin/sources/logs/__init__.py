"""Logs of election offices: web servers, sign-ins, intrusion detection, flows, TLS tests. To events (`EVENTS`)."""

from tocsin.sources.logs.reading import EventFiles, read_events
from tocsin.sources.logs.rules import read_rules

__all__ = ["EventFiles", "read_events", "read_rules"]
