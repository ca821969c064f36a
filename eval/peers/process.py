"""A measured system's process, as the one that measures sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

Run = dict[str, Any]


def offline() -> dict[str, str]:
    """The environment of all systems: waiting for a network would count against those that look for one."""
    quiet = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False"}
    return os.environ | quiet


class Process:
    """One system in a process of its own; see ``eval.peers.worker``."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "eval.peers.worker", name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=offline(),
        )

    def tell(self, **told: Any) -> Run:
        """Has something done; returns what came of it.

        Raises:
            RuntimeError: the process has ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.end()
            raise RuntimeError(
                f"{self._name}: the process ended; python -m eval.peers.worker {self._name} DIR says why"
            )
        found: Run = json.loads(answer)
        return found

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()
