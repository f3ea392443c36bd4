"""Mail as it lies in a leak: eml, mbox, Maildir, MSG and PST, in folders and archives."""

from tocsin.sources.mail.reading import read_mail

__all__ = ["read_mail"]
