"""Pictures as they are found: pixels read within bounds, frames of videos, content credentials."""

from tocsin.sources.pictures.credentials import Credentials, credentials
from tocsin.sources.pictures.read import Picture, read_frames, read_picture
from tocsin.sources.pictures.video import video_frames

__all__ = ["Credentials", "Picture", "credentials", "read_frames", "read_picture", "video_frames"]
