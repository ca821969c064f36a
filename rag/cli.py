"""The command ``geungeo``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from index.errors import GeungeoError
from rag.commands import asking, building, examining, serving, users
from rag.options import command_line

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "index": building.index,
    "remove": building.remove,
    "ask": asking.ask,
    "chat": serving.chat,
    "serve": serving.serve,
    "mcp": serving.mcp,
    "articles": asking.articles,
    "user": users.user,
    "doctor": examining.doctor,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit status: 0 done, 1 the program failed, 2 the input was at fault."""
    options = command_line().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except GeungeoError as error:
        if options.debug:
            raise
        print(f"geungeo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        sys.stderr.close()
        return 1
    except Exception as error:
        if options.debug:
            raise
        message = " ".join(str(error).split())[:300]
        print(
            f"geungeo: 예상하지 못한 오류입니다: {type(error).__name__}: {message} (자세히: --debug)",
            file=sys.stderr,
        )
        return 1


def run() -> NoReturn:
    """The installed command: ``main``, then out at once, without the .4 s that taking Kiwi and the encoder down takes."""
    status = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    run()
