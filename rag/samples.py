"""The articles that come with the program."""

from __future__ import annotations

from pathlib import Path

from index.errors import ArticleError


def sample_folder() -> Path:
    """The folder ``seeds``: inside the installed package, or at the top of a checkout.

    Raises:
        ArticleError: it is at neither place.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "seeds", here.parent / "seeds"):
        if folder.is_dir():
            return folder
    raise ArticleError("함께 설치되는 예시 기사(seeds)가 없습니다. 'geungeo index 폴더'로 기사를 색인하세요.")
