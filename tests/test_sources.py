"""Where articles come from: several files with one content, names that change, files that cannot be looked at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index import Index, build_index, index_articles
from index.finding import source_of
from index.previous import is_gone, remaining_sources, vanished_sources
from index.reading import read_article

TEXT = "{} 회사는 올해 새 공장을 지었다. 공장은 바닷가에 있고 직원은 모두 근처에 산다."


def write(path: Path, name: str, title: str = "공장", url: str = "") -> Path:
    head = f"---\ntitle: {title}\n" + (f"url: {url}\n" if url else "") + "---\n\n"
    path.write_text(head + TEXT.format(name), encoding="utf-8")
    return path


def held(folder: Path) -> dict[str, tuple[str, ...]]:
    """Of each article its first word and its sources' names."""
    return {
        stored.passages[0].passage.text.split()[0]: tuple(
            Path(source).name for source in (stored.article.source, *stored.copies)
        )
        for stored in Index.open(folder).store.everything()
    }


def test_what_cannot_be_looked_at_is_not_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = write(tmp_path / "가.md", "가람")
    assert not is_gone(str(there)) and is_gone(str(tmp_path / "나.md")) and is_gone(str(there / "x"))
    assert not is_gone("api:1") and not is_gone(r"/x/\xb1.txt")

    def refused(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.lstat", refused)
    assert not is_gone(str(tmp_path / "나.md"))
    assert not vanished_sources([str(tmp_path / "나.md")], [tmp_path], [])


def test_only_what_lies_under_the_paths_vanishes(tmp_path: Path) -> None:
    inside, beside = str(tmp_path / "a" / "b" / "x.md"), str(tmp_path / "ab" / "x.md")
    assert vanished_sources([inside, beside], [tmp_path / "a"], []) == {inside}
    assert vanished_sources([inside, beside], [Path(inside)], []) == {inside}
    assert not vanished_sources([inside], [tmp_path / "a"], {inside})


def test_an_article_stays_while_one_of_its_sources_has_it() -> None:
    assert remaining_sources(["api:1", "api:2"], [], ["api:1"], []) == ["api:2"]


def test_two_names_of_one_file_are_one_source(tmp_path: Path) -> None:
    folder, index = tmp_path / "글", tmp_path / "index"
    folder.mkdir()
    file = write(folder / "가.md", "가람")
    other = tmp_path / "바로가기"
    other.symlink_to(folder)
    build_index([other], index)
    build_index([folder], index)
    write(file, "나래")
    assert build_index([folder], index).changed == 1
    assert held(index) == {"나래": ("가.md",)}


def test_what_the_cited_source_said_of_itself_goes_with_it(tmp_path: Path) -> None:
    folder, index = tmp_path / "글", tmp_path / "index"
    folder.mkdir()
    first = write(folder / "가.md", "가람", url="https://a.example/1")
    write(folder / "나.md", "가람", url="https://b.example/2")
    build_index([folder], index)
    assert held(index) == {"가람": ("가.md", "나.md")}
    first.unlink()
    other = write(tmp_path / "다.md", "다솜", title="다른 글")
    build_index([other], index)  # says nothing of the folder
    assert held(index)["가람"] == ("가.md", "나.md")
    assert build_index([folder], index, prune=True).removed == 0
    (article,) = [a for a, _ in Index.open(index).store.articles() if a.title == "공장"]
    assert (Path(article.source).name, article.url) == ("나.md", "https://b.example/2")


def test_an_article_that_vanishes_is_counted(tmp_path: Path) -> None:
    folder, index = tmp_path / "글", tmp_path / "index"
    folder.mkdir()
    write(folder / "가.md", "가람", title="가")
    file = write(folder / "나.md", "나래", title="나")
    build_index([folder], index)
    article = read_article(file)
    bare = replace(article, id="0" * 12, blocks=tuple(replace(b, kind="caption") for b in article.blocks))
    summary = index_articles([bare], index)
    assert (summary.articles, summary.changed, summary.removed, len(summary.skipped)) == (1, 0, 1, 1)


def test_an_article_given_twice_with_other_content_is_the_last(tmp_path: Path) -> None:
    file = write(tmp_path / "가.md", "가람")
    first = read_article(file)
    write(file, "나래")
    second = read_article(file)
    assert index_articles([first, second], tmp_path / "index").articles == 1
    assert held(tmp_path / "index") == {"나래": ("가.md",)}
    assert first.source == source_of(file)
