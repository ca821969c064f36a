"""A question in a fresh process: ``python -m eval.peers.cold SYSTEM FOLDER QUESTION`` prints the keys of what it finds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from eval.peers.system import load_system

if __name__ == "__main__":
    system = load_system(sys.argv[1])
    system.open(Path(sys.argv[2]))
    print(*system.search(sys.argv[3]), flush=True)
    os._exit(0)  # what a system takes to end is not counted
