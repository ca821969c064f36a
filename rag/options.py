"""What the command ``geungeo`` takes: its commands and their options."""

from __future__ import annotations

import argparse
import importlib.metadata
from pathlib import Path
from typing import Any

from index.formats import SHOWN_SUFFIXES


def command_line() -> argparse.ArgumentParser:
    """Reads the arguments; ``command`` names the command."""
    parser = argparse.ArgumentParser(
        prog="geungeo", description="한국어 기사 더미에 묻고, 답이 되는 대목을 인용과 출처로 받습니다."
    )
    version = importlib.metadata.version("geungeo")
    parser.add_argument("--version", action="version", version=f"geungeo {version}")
    common = argparse.ArgumentParser(add_help=False)
    place = common.add_mutually_exclusive_group()
    place.add_argument("--index", metavar="DIR", type=Path, help="색인 폴더 (기본: 사용자 데이터 폴더)")
    place.add_argument(
        "--store",
        metavar="milvus:URI",
        help="폴더 대신 Milvus의 색인 (milvus:http://서버:19530, milvus:./파일.db; 이름은 뒤에 #이름)",
    )
    common.add_argument("--debug", action="store_true", help="오류가 나면 자세한 경로를 보입니다")
    filters = _filter_options()
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    build = commands.add_parser("index", parents=[common], help="기사를 색인합니다")
    build.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help=f"기사 파일이나 폴더 ({SHOWN_SUFFIXES})"
    )
    build.add_argument(
        "--model", metavar="NAME", help="임베딩 모델 이름이나 폴더 (기본: 내장 multilingual-e5-small)"
    )
    build.add_argument(
        "--dictionary",
        metavar="FILE",
        type=Path,
        help="사용자 사전: 한 줄에 이름 하나, 또는 쉼표로 나눈 같은 이름들 (기본: 색인에 있는 것; 빈 파일이면 없앰)",
    )
    build.add_argument(
        "--prune",
        action="store_true",
        help="PATH 아래(압축 파일 안도)에 있다가 없어진 파일의 기사를 색인에서 뺍니다",
    )

    remove = commands.add_parser("remove", parents=[common], help="기사를 색인에서 뺍니다 (파일은 그대로)")
    remove.add_argument("ids", nargs="+", metavar="ID", help="기사의 ID ('geungeo articles'의 첫 칸)")

    ask = commands.add_parser("ask", parents=[common, filters], help="묻고 답과 출처를 받습니다")
    ask.add_argument("question", metavar="QUESTION", help="질문")
    ask.add_argument(
        "-k", type=int, default=5, metavar="N", help="답 뒤에 둘, 또는 답이 없을 때 보일 대목의 수 (기본 5)"
    )
    ask.add_argument("--json", action="store_true", help="JSON으로 출력합니다")
    ask.add_argument(
        "--no-correct", action="store_true", help="질문의 오타와 띄어쓰기를 고치지 않고 그대로 찾습니다"
    )
    ask.add_argument(
        "--no-llm", action="store_true", help="GEUNGEO_LLM_URL이 있어도 언어 모델에게 쓰게 하지 않습니다"
    )

    door, uploads = _door_options(), _upload_options()
    chat = commands.add_parser("chat", parents=[common, uploads, door], help="브라우저에서 대화합니다")
    chat.add_argument("--no-browser", action="store_true", help="브라우저를 열지 않습니다")
    commands.add_parser(
        "serve",
        parents=[common, uploads, door],
        help="REST API, 대화 페이지, MCP를 함께 띄웁니다 (/docs에 설명)",
    )
    mcp = commands.add_parser(
        "mcp", parents=[common, door], help="AI 도우미가 기사에서 찾아 인용하게 합니다 (MCP, 표준 입출력)"
    )
    mcp.add_argument(
        "--http", action="store_true", help="표준 입출력 대신 HTTP로 /mcp에서 (아래 문의 옵션은 이때만)"
    )

    articles = commands.add_parser("articles", parents=[common, filters], help="색인된 기사를 나열합니다")
    articles.add_argument("--json", action="store_true", help="JSON으로 출력합니다")

    user = commands.add_parser("user", help="--auth로 띄운 서버에 들어올 사용자를 넣고 뺍니다")
    user.add_argument(
        "action",
        choices=["add", "remove", "list"],
        help="넣거나 비밀번호를 바꿈(add), 뺌(remove), 나열(list)",
    )
    user.add_argument("name", nargs="?", metavar="NAME", help="사용자 이름")
    user.add_argument(
        "--file", metavar="FILE", type=Path, help="사용자 파일 (기본: $GEUNGEO_USERS 또는 사용자 데이터 폴더)"
    )
    user.add_argument("--debug", action="store_true", help="오류가 나면 자세한 경로를 보입니다")

    doctor = commands.add_parser("doctor", parents=[common], help="색인이 온전한지 살핍니다")
    doctor.add_argument("--json", action="store_true", help="JSON으로 출력합니다")
    return parser


def _door_options() -> argparse.ArgumentParser:
    """Where a server listens, and who may come in."""
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group(
        "들어오는 문", "다른 컴퓨터에서 들어오게 하려면 --auth나 토큰이 있어야 합니다."
    )
    group.add_argument("--host", default="127.0.0.1", help="들을 주소 (기본 127.0.0.1: 이 컴퓨터에서만)")
    group.add_argument("--port", type=int, help="포트 (기본: 7860부터 빈 것)")
    group.add_argument(
        "--auth",
        nargs="?",
        const=Path(),
        type=Path,
        metavar="FILE",
        help="'geungeo user add'로 넣은 사용자만 들어옵니다 (FILE: 사용자 파일)",
    )
    group.add_argument(
        "--token-file", type=Path, metavar="FILE", help="API의 토큰, 한 줄에 하나 (또는 GEUNGEO_TOKEN)"
    )
    group.add_argument(
        "--insecure", action="store_true", help="다른 컴퓨터에서도 누구나 들어오게 합니다 (믿는 망에서만)"
    )
    group.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="서버를 부르는 다른 이름 (프록시 뒤에서)",
    )
    return options


def _upload_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--uploads",
        choices=["off", "shared", "private"],
        default="private",
        help="페이지에 올린 기사를: 올린 브라우저에서만 봄(private, 기본), 색인에 더해 모두가 봄(shared), 받지 않음(off)",
    )
    return options


def _filter_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group(
        "거르기",
        "맞는 기사에서만 찾습니다. 같은 옵션을 여러 번 주면 그중 하나에, 다른 옵션끼리는 모두 맞아야 합니다.",
    )
    several: dict[str, Any] = {"action": "append", "default": []}
    group.add_argument("--publisher", metavar="NAME", help="매체 이름", **several)
    group.add_argument("--since", metavar="DATE", help="이날부터 나온 기사 (2025-08-31, 2025-08, 2025)")
    group.add_argument("--until", metavar="DATE", help="이날까지 나온 기사 (그달, 그해의 마지막 날까지)")
    group.add_argument(
        "--source", metavar="GLOB", help="파일 경로나 웹 주소의 일부, 또는 *와 ?를 쓴 꼴", **several
    )
    group.add_argument("--topic", metavar="NAME", help="기사가 밝힌 주제", **several)
    return options
