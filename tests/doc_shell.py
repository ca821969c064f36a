"""Runs the ``sh`` blocks of a page with bash as they stand there.

``geungeo`` and ``python -m eval`` are run by the test's own process, which has models and Kiwi loaded: small programs of
these names send what they are called with. A server ends with its page, or where the next one takes its port. Ports that a page
names are exchanged for free ones.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Sequence
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any
from unittest import mock

from doc_pages import TOP, Page

from rag import cli
from rag.server import logs, running

NAMES = ("geungeo", "python", "pip", "make")
CALLER = f"""#!{sys.executable} -SEXutf8
import json, os, socket, sys
with socket.create_connection(("127.0.0.1", int(os.environ["CALLED_AT"]))) as called:
    told = {{"words": [os.path.basename(sys.argv[0]), *sys.argv[1:]], "folder": os.getcwd(),
            "environment": dict(os.environ), "stdin": sys.stdin.read()}}
    called.sendall(json.dumps(told).encode())
    called.shutdown(socket.SHUT_WR)
    answer = json.loads(b"".join(iter(lambda: called.recv(65536), b"")))
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["status"])
"""
PORT = re.compile(r"(?:(?<=127\.0\.0\.1:)|(?<=localhost:)|(?<=--port ))\d{4,5}\b")
DEFAULT_PORT = "7860"
PASSWORD = "seven wide rivers\n"
"""What is typed where a password is asked for."""
LONGEST = 120.0
"""Seconds that a command may take."""


class Shell:
    """The shell of one page, in a folder of its own."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        """Makes the programs.

        Args:
            folder: where the page's commands run.
            ports: what stands for a port that a page names, beside those of its own servers.
        """
        self.folder = folder
        self._tools = folder.parent / "tools"
        self._ports = dict(ports)
        self._servers: dict[str, running.Server] = {}
        (self._tools / "bin").mkdir(parents=True)
        for name in NAMES:
            program = self._tools / "bin" / name
            program.write_text(CALLER, encoding="utf-8")
            program.chmod(0o755)

    def run(self, page: Page, missing: dict[str, str]) -> dict[int, str]:
        """What each of the page's blocks prints, by its line; those that need what is missing are left out.

        Raises:
            AssertionError: a command failed.
        """
        script = self._tools / "page.sh"
        script.write_text(self._script(page, missing), encoding="utf-8")
        with closing(socket.create_server(("127.0.0.1", 0))) as door:
            environment = os.environ | {
                "PATH": f"{self._tools / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "CALLED_AT": str(door.getsockname()[1]),
                "no_proxy": "127.0.0.1,localhost",
            }
            said = self._tools / "said"
            with said.open("wb") as stderr, subprocess.Popen(
                ["bash", "-euo", "pipefail", str(script)], cwd=self.folder, env=environment,
                stdin=subprocess.DEVNULL, stderr=stderr,
            ) as bash:  # fmt: skip
                try:
                    self._answer(door, bash)
                finally:
                    bash.kill()
        assert bash.returncode == 0, f"{page.name}:\n{said.read_text('utf-8')}"
        return {
            block.line: (self._tools / f"{block.line}.out").read_text("utf-8")
            for block in page.blocks("sh")
            if block.needs not in missing
        }

    def end(self) -> None:
        """Ends the servers."""
        for server in self._servers.values():
            server.close()

    def _script(self, page: Page, missing: dict[str, str]) -> str:
        """The page with its other lines left blank, so that bash names the page's own lines."""
        lines = [""] * (page.text.count("\n") + 2)
        for block in page.blocks("sh"):
            if block.needs not in missing:
                lines[block.line - 1] = f"exec >'{self._tools}/{block.line}.out'"
                lines[block.line : block.end - 1] = self._own_ports(block.text).splitlines()
        lines[0] = f"trap 'echo \"{page.name}: line $LINENO: $BASH_COMMAND\" >&2' ERR"
        return "\n".join(lines)

    def _own_ports(self, text: str) -> str:
        return PORT.sub(lambda named: str(self._port(named[0])), text)

    def _port(self, named: str) -> int:
        if named not in self._ports:
            with closing(socket.create_server(("127.0.0.1", 0))) as free:
                self._ports[named] = free.getsockname()[1]
        return self._ports[named]

    # -- What the programs do ------------------------------------------------------------------------------
    def _answer(self, door: socket.socket, bash: subprocess.Popen[str]) -> None:
        door.settimeout(0.05)
        until = time.monotonic() + LONGEST
        while bash.poll() is None:
            assert time.monotonic() < until, "a command does not end"
            with suppress(TimeoutError):
                called, _ = door.accept()
                with called:
                    called.settimeout(LONGEST)
                    with called.makefile("rb") as sent:
                        told = json.load(sent)
                    called.sendall(json.dumps(self._called(**told)).encode())
                until = time.monotonic() + LONGEST

    def _called(
        self, words: list[str], folder: str, environment: dict[str, str], stdin: str
    ) -> dict[str, Any]:
        out, err = io.StringIO(), io.StringIO()
        own = {name: value for name, value in os.environ.items() if not name.startswith("GEUNGEO_")}
        given = {name: value for name, value in environment.items() if name.startswith("GEUNGEO_")}
        os.chdir(folder)
        with (
            mock.patch.dict(os.environ, own | given, clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(stdin or PASSWORD)),
            mock.patch.object(running, "serve", self._serve),
            mock.patch.object(logs, "log_as_json", lambda: None),  # it would take the log from pytest
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                status = self._run(*words)
            except SystemExit as end:  # of argparse
                status = end.code if isinstance(end.code, int) else 1
            except AssertionError as error:
                status = 1
                err.write(f"{error}\n")
        return {"status": status, "out": out.getvalue(), "err": err.getvalue()}

    def _run(self, name: str, *arguments: str) -> int:
        match name, *arguments:
            case "geungeo", command, *_ if command in ("chat", "serve") or "--http" in arguments:
                if "--port" not in arguments:
                    arguments = (*arguments, "--port", str(self._port(DEFAULT_PORT)))
                before = self._servers.pop(arguments[arguments.index("--port") + 1], None)
                if before:
                    before.close()
                return cli.main(arguments)
            case "geungeo", "mcp", *_:  # speaks through stdin, and ends with it
                command = [sys.executable, "-m", "rag.cli", *arguments]
                return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=LONGEST).returncode
            case "geungeo", *_:
                return cli.main(arguments)
            case "python", "-m", module, *rest if module.partition(".")[0] == "eval":
                run = importlib.import_module(f"{module}.__main__" if module == "eval" else module)
                return int(run.main(rest) or 0)
            case "pip", "install", *wanted:
                return pip_installs(wanted)
            case "make", target:
                assert re.search(rf"^{target}:", (TOP / "Makefile").read_text("utf-8"), re.M), target
                return 0
        raise AssertionError(f"no such command is known here: {name} {' '.join(arguments)}")

    def _serve(self, server: running.Server, *, open_browser: bool, tell: object = None) -> None:
        """Serves until the page ends, or another server is wanted there."""
        port = server.url.rstrip("/").rpartition(":")[2]
        self._servers[port] = server.start()
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{server.url}readyz") as told:
            assert json.load(told)["ready"]


def pip_installs(wanted: Sequence[str]) -> int:
    """Whether pip knows what it is asked for: this project, extras it has, or packages that it names."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    named = " ".join([*project["dependencies"], *(line for lines in extras.values() for line in lines)])
    for one in wanted:
        own = re.fullmatch(r"(?:geungeo|\.)(?:\[(?P<extras>[\w,]+)\])?", one)
        if own:
            unknown = {*filter(None, (own["extras"] or "").split(","))} - {*extras}
            assert not unknown, f"no such extra: {unknown}"
        elif one != "-e":
            assert re.search(rf"(?:^|\s){re.escape(one)}(?=[<>=\[\s;]|$)", named), (
                f"not of this project: {one}"
            )
    return 0


def no_way(program: str) -> str | None:
    """Why blocks cannot run where a program of the system is not there."""
    return None if shutil.which(program) else f"{program} is not on this machine"
