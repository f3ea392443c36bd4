"""Pictures as they are found: pixels read within bounds, frames of videos, content credentials."""

from tocsin.sources.pictures.credentials import Credentials, credentials
from tocsin.sources.pictures.read import BYTES, Picture, read_frames, read_picture
from tocsin.sources.pictures.video import is_video, video_frames

__all__ = [
    "BYTES",
    "Credentials",
    "Picture",
    "credentials",
    "is_video",
    "read_frames",
    "read_picture",
    "video_frames",
]
