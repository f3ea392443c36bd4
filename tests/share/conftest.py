import sys
from pathlib import Path

# `build` makes the scans these tests share.
sys.path.insert(0, str(Path(__file__).parent))
