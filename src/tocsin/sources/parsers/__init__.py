"""What reads documents of strangers, in a process of its own. Nothing here imports more of Tocsin than it must: each
such process starts anew."""
