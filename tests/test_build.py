"""Building an index: what it holds, what a second build reuses, and that a failed one loses nothing."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import Dictionary, Index, build_index, index_articles, remove_articles
from index.errors import ArticleError, GeungeoError, IndexFormatError, IndexNotFoundError
from index.generations import MANIFEST, POINTER, current_generation, is_index, writing
from index.reading import read_article
from index.summary import BuildSummary
from tests.conftest import SEEDS
from tests.sealing import reseal

STORY = "{name} 회사는 올해 새 공장을 지었다. 공장은 바닷가에 있다.\n\n직원은 {count}명이고 모두 근처에 산다. 급식은 맛있다고 한다."


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    folder = tmp_path / "stories"
    folder.mkdir()
    for n, name in enumerate(("가람", "나래", "다솜")):
        (folder / f"{name}.txt").write_text(STORY.format(name=name, count=100 + n), encoding="utf-8")
    return folder


def build(stories: Path, tmp_path: Path) -> BuildSummary:
    return build_index([stories], tmp_path / "index")


def test_every_passage_is_its_articles_text(seeds_index: Path) -> None:
    index = Index.open(seeds_index)
    count = 0
    for stored in index.store.everything():
        for item in stored.passages:
            count += 1
            assert stored.article.text[item.passage.start : item.passage.end] == item.passage.text
            for term in item.terms:
                assert 0 <= term.start <= term.end <= len(item.passage.text)
    assert count == index.size == index.manifest.counts["passages"]
    assert len(index.windows) == index.dense.size


def test_a_second_build_encodes_only_what_changed(stories: Path, tmp_path: Path) -> None:
    first = build(stories, tmp_path)
    assert (first.added, first.unchanged) == (3, 0) and first.encoded > 0
    again = build(stories, tmp_path)
    assert (again.added, again.changed, again.unchanged, again.encoded) == (0, 0, 3, 0)
    (stories / "가람.txt").write_text(STORY.format(name="가람", count=999), encoding="utf-8")
    third = build(stories, tmp_path)
    assert (third.added, third.changed, third.unchanged) == (0, 1, 2)
    assert 0 < third.encoded < first.encoded
    texts = [
        item.passage.text for stored in Index.open(third.place).store.everything() for item in stored.passages
    ]
    assert sum("999" in text for text in texts) == 1 and not any("100명" in text for text in texts)


def test_reused_vectors_are_those_a_fresh_build_makes(stories: Path, tmp_path: Path) -> None:
    build(stories, tmp_path)
    (stories / "라온.txt").write_text(STORY.format(name="라온", count=7), encoding="utf-8")
    grown = Index.open(build(stories, tmp_path).place)
    fresh = Index.open(build_index([stories], tmp_path / "fresh").place)
    assert [item.article.id for item in grown.store.everything()] == [
        item.article.id for item in fresh.store.everything()
    ]
    rows = np.arange(len(fresh.windows))
    np.testing.assert_allclose(grown.dense.rows(rows), fresh.dense.rows(rows), atol=2e-2)


def test_articles_of_other_folders_stay(stories: Path, tmp_path: Path) -> None:
    build(stories, tmp_path)
    other = tmp_path / "other.md"
    other.write_text(
        "---\ntitle: 다른 기사\n---\n마루 회사는 문을 닫았다. 직원들은 흩어졌다고 전해진다.\n",
        encoding="utf-8",
    )
    summary = build_index([other], tmp_path / "index")
    assert (summary.articles, summary.added, summary.unchanged) == (4, 1, 3)


def test_the_same_text_twice_is_one_article(stories: Path, tmp_path: Path) -> None:
    shutil.copy(stories / "가람.txt", tmp_path / "가람.txt")
    summary = build_index([stories, tmp_path / "가람.txt"], tmp_path / "index")
    assert summary.articles == 3


def test_the_users_first_articles_replace_the_samples(stories: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build_index([SEEDS], folder, sample=True)
    assert current_generation(folder)[1].sample
    assert build_index([stories], folder).articles == 3
    assert not current_generation(folder)[1].sample


def test_one_bad_file_among_good_is_reported_and_skipped(stories: Path, tmp_path: Path) -> None:
    (stories / "빈.txt").write_text("", encoding="utf-8")
    (stories / "그림.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    summary = build(stories, tmp_path)
    assert summary.articles == 3
    assert {Path(item.path).name for item in summary.skipped} == {"빈.txt", "그림.txt"}


@pytest.mark.parametrize("what", ["empty folder", "missing", "only bad"])
def test_no_article_is_an_error_that_leaves_the_index_alone(what: str, stories: Path, tmp_path: Path) -> None:
    build(stories, tmp_path)
    before = (tmp_path / "index" / POINTER).read_text()
    target = tmp_path / "target"
    if what != "missing":
        target.mkdir()
    if what == "only bad":
        (target / "a.txt").write_bytes(b"\0\1\2")
    with pytest.raises(ArticleError) as caught:
        build_index([target], tmp_path / "index")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "index" / POINTER).read_text() == before
    assert Index.open(tmp_path / "index").size > 0


def test_a_build_that_fails_leaves_the_old_generation(
    stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(stories, tmp_path)
    before = sorted(path.name for path in (tmp_path / "index" / "generations").iterdir())

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (stories / "가람.txt").write_text(STORY.format(name="가람", count=999), encoding="utf-8")
    monkeypatch.setattr("index.intake.assemble", no_space)
    with pytest.raises(GeungeoError, match="No space left"):
        build(stories, tmp_path)
    assert sorted(path.name for path in (tmp_path / "index" / "generations").iterdir()) == before
    assert Index.open(tmp_path / "index").size > 0


def test_two_writers_at_once_are_refused(stories: Path, tmp_path: Path) -> None:
    build(stories, tmp_path)
    with writing(tmp_path / "index"), pytest.raises(GeungeoError, match="다른 프로세스"):
        build(stories, tmp_path)


def test_what_a_killed_build_left_is_removed_before_the_next_needs_the_room(
    stories: Path, tmp_path: Path
) -> None:
    folder = build(stories, tmp_path).place
    (folder / "generations" / "0123456789ab.part" / "words").mkdir(parents=True)
    (folder / f"{POINTER}.part").write_text("half")
    with writing(folder) as work:
        assert list(folder.rglob("*.part")) == [work]
    assert not list(folder.rglob("*.part"))


def test_a_generation_that_was_never_named_goes_with_the_next_build(stories: Path, tmp_path: Path) -> None:
    folder = build(stories, tmp_path).place
    serving, _ = current_generation(folder)
    previous, orphan = (shutil.copytree(serving, serving.with_name(name * 12)) for name in "01")
    for copy, seconds in ((previous, -100), (orphan, 100)):
        at = (serving / MANIFEST).stat().st_mtime + seconds
        os.utime(copy / MANIFEST, (at, at))
    build(stories, tmp_path)  # nothing has changed
    assert {path.name for path in serving.parent.iterdir()} == {serving.name, previous.name}


def test_a_folder_of_other_files_is_not_written_to(stories: Path, tmp_path: Path) -> None:
    target = tmp_path / "documents"
    target.mkdir()
    (target / "thesis.txt").write_text("중요한 글", encoding="utf-8")
    with pytest.raises(GeungeoError, match="다른 파일"):
        build_index([stories], target)
    assert [path.name for path in target.iterdir()] == ["thesis.txt"]


def test_an_open_index_goes_on_when_a_new_generation_comes(stories: Path, tmp_path: Path) -> None:
    folder = build(stories, tmp_path).place
    opened = Index.open(folder)
    (stories / "라온.txt").write_text(STORY.format(name="라온", count=7), encoding="utf-8")
    build(stories, tmp_path)
    assert opened.store.passages([0])[0][0].passage.text
    assert Index.open(folder).size > opened.size


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="색인이 없습니다"):
        Index.open(tmp_path / "nothing")
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(IndexNotFoundError, match="색인이 아닙니다"):
        Index.open(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "다른 버전"),
        ({"analyzer": {"kiwipiepy": "0.1"}}, "형태소 분석기"),
        (None, "읽을 수 없습니다"),
    ],
)
def test_an_index_of_another_version_is_refused(
    change: dict[str, object] | None, message: str, stories: Path, tmp_path: Path
) -> None:
    folder = build(stories, tmp_path).place
    if change:
        reseal(folder, **change)
    else:
        (current_generation(folder)[0] / MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(IndexFormatError, match=message):
        Index.open(folder)


@pytest.mark.parametrize(
    "name", ["articles.sqlite", "vectors.faiss", "windows.npy", "words/data.npy", "characters/indptr.npy"]
)
def test_a_file_missing_or_cut_short_is_named(name: str, stories: Path, tmp_path: Path) -> None:
    folder = build(stories, tmp_path).place
    path = current_generation(folder)[0] / name
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(IndexFormatError, match=path.name):
        Index.open(folder)
    path.unlink()
    with pytest.raises(IndexFormatError, match=path.name):
        Index.open(folder)


def test_an_index_made_with_another_encoder_is_refused(stories: Path, tmp_path: Path) -> None:
    folder = build(stories, tmp_path).place
    reseal(folder, encoder=current_generation(folder)[1].encoder | {"fingerprint": "0" * 64})
    with pytest.raises(IndexFormatError, match="임베딩 모델"):
        _ = Index.open(folder).encoder


def test_without_articles_an_index_is_made_anew_from_its_own(stories: Path, tmp_path: Path) -> None:
    folder = build(stories, tmp_path).place
    reseal(folder, analyzer={"kiwipiepy": "0.1"})
    summary = index_articles([], folder)
    assert (summary.articles, summary.encoded) == (3, 0)
    assert Index.open(folder).size > 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_clear_line(stories: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(GeungeoError, match="쓸 수 없습니다"):
        build_index([stories], locked / "index")


def test_a_relative_index_folder_serves_and_grows(
    stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert build_index(["stories"], "here").added == 3
    assert build_index(["stories"], "here").unchanged == 3
    assert Index.open("here").store.passages([0])


def test_odd_names_and_link_loops_do_not_stop_a_build(stories: Path, tmp_path: Path) -> None:
    text = STORY.format(name="라온", count=7).encode()
    (Path(os.fsdecode(os.fsencode(stories) + b"/\xb1\xe2\xbb\xe7.txt"))).write_bytes(text)
    (stories / "a\x1b[31m\nb.txt").write_text(STORY.format(name="마루", count=8), encoding="utf-8")
    (stories / "loop.txt").symlink_to(stories / "loop.txt")
    summary = build(stories, tmp_path)
    assert summary.articles == 5
    sources = [article.source for article, _ in Index.open(summary.place).store.articles()]
    assert all(source.isprintable() for source in sources)
    with pytest.raises(ArticleError):
        build_index(["a" * 300], tmp_path / "index")


def test_prose_told_apart_anew_is_cut_anew(stories: Path, tmp_path: Path) -> None:
    article = read_article(stories / "가람.txt")
    last = article.text[article.blocks[-1].start : article.blocks[-1].end]
    index_articles([article], tmp_path / "index")
    assert any(last in text for text in passage_texts(tmp_path / "index"))
    caption = replace(article.blocks[-1], kind="caption")
    index_articles([replace(article, blocks=(*article.blocks[:-1], caption))], tmp_path / "index")
    assert not any(last in text for text in passage_texts(tmp_path / "index"))


def passage_texts(folder: Path) -> list[str]:
    return [item.passage.text for stored in Index.open(folder).store.everything() for item in stored.passages]


def test_a_moved_file_is_cited_from_where_it_is(stories: Path, tmp_path: Path) -> None:
    text = f"---\ntitle: 라온 공장\n---\n{STORY.format(name='라온', count=7)}"
    (stories / "라온.md").write_text(text, encoding="utf-8")
    build(stories, tmp_path)
    (stories / "라온.md").rename(stories / "옮김.md")
    summary = build(stories, tmp_path)
    assert (summary.articles, summary.added, summary.unchanged) == (4, 0, 4)
    sources = [Path(article.source).name for article, _ in Index.open(summary.place).store.articles()]
    assert "옮김.md" in sources and "라온.md" not in sources


def test_an_article_without_prose_is_reported(stories: Path, tmp_path: Path) -> None:
    article = read_article(stories / "가람.txt")
    bare = replace(
        article, id="0" * 12, source="bare", blocks=tuple(replace(b, kind="caption") for b in article.blocks)
    )
    summary = index_articles([article, bare], tmp_path / "index")
    assert (summary.articles, summary.added) == (1, 1)
    assert [item.path for item in summary.skipped] == ["bare"]


@pytest.mark.parametrize("name", ["articles.sqlite", POINTER])
def test_a_file_overwritten_with_rubbish_is_refused(name: str, stories: Path, tmp_path: Path) -> None:
    folder = build(stories, tmp_path).place
    path = folder / POINTER if name == POINTER else current_generation(folder)[0] / name
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(IndexFormatError):
        Index.open(folder)
    with pytest.raises(IndexFormatError):
        build(stories, tmp_path)


def test_a_first_build_that_fails_leaves_nothing(tmp_path: Path, stories: Path) -> None:
    article = read_article(stories / "가람.txt")
    bare = replace(article, blocks=tuple(replace(b, kind="caption") for b in article.blocks))
    with pytest.raises(ArticleError, match="본문"):
        index_articles([bare], tmp_path / "index")
    assert not (tmp_path / "index").exists()


def sources(folder: Path) -> list[str]:
    return [Path(article.source).name for article, _ in Index.open(folder).store.articles()]


def test_files_that_are_gone_go_when_asked(stories: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(STORY.format(name="마루", count=5), encoding="utf-8")
    folder = build_index([stories, other], tmp_path / "index").place
    (stories / "나래.txt").unlink()
    other.unlink()
    assert build(stories, tmp_path).removed == 0 and "나래.txt" in sources(folder)
    summary = build_index([stories], folder, prune=True)
    assert (summary.removed, summary.encoded, summary.unchanged) == (1, 0, 3)
    assert sources(folder) == ["other.txt", "가람.txt", "다솜.txt"]  # nothing was said of the other's folder


def test_an_article_can_be_removed(stories: Path, tmp_path: Path) -> None:
    folder = build(stories, tmp_path).place
    ids = {Path(article.source).name: article.id for article, _ in Index.open(folder).store.articles()}
    with pytest.raises(ArticleError, match="그런 기사가 없습니다"):
        remove_articles([ids["나래.txt"], "0" * 12], folder)
    assert len(sources(folder)) == 3
    assert remove_articles([ids["나래.txt"]], folder).removed == 1
    assert sources(folder) == ["가람.txt", "다솜.txt"]
    with pytest.raises(ArticleError, match="남는 기사가 없습니다"):
        remove_articles([ids["가람.txt"], ids["다솜.txt"]], folder)
    assert sources(folder) == ["가람.txt", "다솜.txt"]
    assert build(stories, tmp_path).added == 1  # its file is still there


def test_of_two_files_with_the_same_text_one_may_change(stories: Path, tmp_path: Path) -> None:
    twin = stories / "쌍둥이.txt"
    for path in (stories / "가람.txt", twin):
        path.write_text(
            f"---\ntitle: 가람 공장\n---\n{STORY.format(name='가람', count=100)}", encoding="utf-8"
        )
    folder = build(stories, tmp_path).place
    assert sources(folder) == ["가람.txt", "나래.txt", "다솜.txt"]
    (stories / "가람.txt").write_text(STORY.format(name="가람", count=999), encoding="utf-8")
    summary = build_index([stories / "가람.txt"], folder)
    assert (summary.changed, summary.articles) == (1, 4)
    assert sources(folder) == ["가람.txt", "나래.txt", "다솜.txt", "쌍둥이.txt"]
    twin.unlink()
    assert build_index([stories], folder, prune=True).removed == 1


def test_a_build_that_changes_nothing_leaves_the_generation(stories: Path, tmp_path: Path) -> None:
    folder = build(stories, tmp_path).place
    before = (folder / POINTER).read_text()
    assert build(stories, tmp_path).unchanged == 3
    assert (folder / POINTER).read_text() == before
    assert build_index([stories], folder, dictionary=Dictionary((("가람",),))).unchanged == 3
    assert (folder / POINTER).read_text() != before


def test_a_build_goes_on_where_another_broke_off(
    stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vectors.ENCODED_AT_ONCE", 2)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("index.build.publish", broken)
        with pytest.raises(KeyboardInterrupt):
            build(stories, tmp_path)
    assert not is_index(tmp_path / "index") and (tmp_path / "index" / "resume").is_dir()
    summary = build(stories, tmp_path)
    assert summary.encoded == 0 and summary.added == 3
    assert not (tmp_path / "index" / "resume").exists()
    fresh = Index.open(build_index([stories], tmp_path / "fresh").place)
    rows = np.arange(len(fresh.windows))
    np.testing.assert_allclose(
        Index.open(tmp_path / "index").dense.rows(rows), fresh.dense.rows(rows), atol=2e-2
    )


def test_an_index_built_in_steps_is_that_built_at_once(stories: Path, tmp_path: Path) -> None:
    """Whatever came, changed and went: the same articles have the same numbers, terms and rows."""
    other = tmp_path / "other.txt"
    other.write_text(STORY.format(name="마루", count=5), encoding="utf-8")
    build_index([other], tmp_path / "index")
    build(stories, tmp_path)
    (stories / "가람.txt").write_text(STORY.format(name="가람", count=999), encoding="utf-8")
    (stories / "다솜.txt").unlink()
    build_index([stories], tmp_path / "index", prune=True)
    grown = Index.open(tmp_path / "index")
    fresh = Index.open(build_index([stories, other], tmp_path / "fresh").place)
    assert list(grown.store.everything()) == list(fresh.store.everything())
    assert grown.counts == fresh.counts
    np.testing.assert_array_equal(grown.words.terms, fresh.words.terms)
    np.testing.assert_array_equal(grown.windows.firsts, fresh.windows.firsts)
    for article, passages in fresh.store.articles():
        assert (article, passages) in grown.store.articles()
