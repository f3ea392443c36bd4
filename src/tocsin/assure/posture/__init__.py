"""Posture of the offices' own names: mail, headers, contact. Read from what tools saved, or asked where allowed."""

from tocsin.assure.posture.probe import probe
from tocsin.assure.posture.saved import PostureFile, read_posture

__all__ = ["PostureFile", "probe", "read_posture"]
