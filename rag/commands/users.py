"""The command that keeps the file of users: ``user``."""

from __future__ import annotations

import argparse
import getpass
import sys

from index.errors import GeungeoError


def user(options: argparse.Namespace) -> int:
    """Adds a user or changes their password, removes one, or lists all."""
    from rag.server.accounts import Accounts

    accounts = Accounts(options.file)
    if options.action == "list":
        for name in accounts.names():
            print(name)
        return 0
    if not options.name:
        raise GeungeoError(f"이름을 주세요: 'geungeo user {options.action} 이름'")
    if options.action == "remove":
        accounts.remove(options.name)
        print(f"{options.name}: 뺐습니다. ({accounts.file})", file=sys.stderr)
        return 0
    new = accounts.set(options.name, _password())
    done = "넣었습니다" if new else "비밀번호를 바꿨습니다"
    print(f"{options.name}: {done}. ({accounts.file})", file=sys.stderr)
    return 0


def _password() -> str:
    """Asked for twice on a terminal; else the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("비밀번호: ")
    if getpass.getpass("한 번 더: ") != password:
        raise GeungeoError("두 비밀번호가 다릅니다. 다시 해 주세요.")
    return password
