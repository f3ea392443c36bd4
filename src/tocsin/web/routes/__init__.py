"""The rooms of the workbench: each module exposes `router`, and `ROOM` where the header shall name it."""
