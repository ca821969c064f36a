"""The page on which a visitor comes in, where not everybody may; and the way out."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from index.errors import GeungeoError
from rag.server.access import SESSION, TooManyGuesses
from rag.server.guard import COOKIE, PAGES, session_key
from rag.server.state import State, state_of

NAME_COOKIE = "geungeo_user"
"""Tells the page's script who has come in, so that it offers a way out; it opens nothing."""

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 Pretendard, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', sans-serif;
  display: grid; place-items: center; min-height: 100vh; margin: 0; background: Canvas; color: CanvasText; }
main { width: min(22rem, 90vw); }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
p { margin: 0 0 1rem; }
label { display: block; margin: 0 0 .75rem; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem .6rem; border: 1px solid GrayText; border-radius: 6px;
  background: Field; color: FieldText; }
button { font: inherit; width: 100%; padding: .55rem; border: 0; border-radius: 6px; background: #2a4a9c; color: #fff; cursor: pointer; }
.wrong { border-left: 4px solid #c0392b; padding-left: .6rem; }
"""


@router.get("/login")
async def ask(request: Request, next: str = "/") -> HTMLResponse:
    """The form."""
    return _form(state_of(request), next)


@router.post("/login")
async def come_in(request: Request) -> Response:
    """Begins a session where name and password, or a token, are right."""
    state = state_of(request)
    async with request.form(max_files=0, max_fields=10) as form:
        name, secret, target = (str(form.get(key) or "")[:1000] for key in ("name", "password", "next"))
    address = request.client.host if request.client else ""
    try:
        key = await run_in_threadpool(state.access.begin, name.strip(), secret, address)
    except TooManyGuesses:
        return _form(
            state, target, "틀린 시도가 너무 많았습니다. 1분 뒤에 다시 해 주세요. (Too many attempts.)", 429
        )
    except GeungeoError as error:
        return _form(state, target, str(error), 503)
    if key is None:
        return _form(
            state, target, "이름이나 비밀번호가 맞지 않습니다. (That name or password is not right.)", 401
        )
    response = RedirectResponse(_safe(target), 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, key, max_age=round(SESSION), httponly=True, samesite="lax", secure=secure)
    response.set_cookie(
        NAME_COOKIE, quote(name.strip()) or "-", max_age=round(SESSION), samesite="lax", secure=secure
    )
    return response


@router.post("/logout")
async def leave(request: Request) -> Response:
    """Ends the session."""
    key = session_key(request.headers)
    if key:
        state_of(request).access.end(key)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    response.delete_cookie(NAME_COOKIE)
    return response


def _safe(target: str) -> str:
    """Where to go on; only to a page of ours."""
    path = unquote(target)
    return path if path in PAGES else "/"


def _form(state: State, target: str, wrong: str = "", status: int = 200) -> HTMLResponse:
    said = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    name = (
        '<label>이름 (name)<input name="name" autocomplete="username" required autofocus maxlength="64"></label>'
        if state.access.accounts
        else ""
    )
    secret = "비밀번호 (password)" if state.access.accounts else "토큰 (token)"
    page = f"""<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>근거 · 들어가기</title><style>{_STYLE}</style></head>
<body><main><h1>근거</h1><p>들어가려면 로그인하세요. (Sign in to go on.)</p>{said}
<form method="post" action="/login"><input type="hidden" name="next" value="{escape(target)}">{name}
<label>{secret}<input name="password" type="password" autocomplete="current-password" required maxlength="256"></label>
<button>들어가기 (Sign in)</button></form></main></body></html>"""
    return HTMLResponse(page, status)
