"""Builds an index: articles → passages → windows → BM25 and vectors → a new generation on disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from index.analyzer import Analyzer, shared_analyzer
from index.articles import Article
from index.dictionary import Dictionary
from index.encoder import Encoder, load_encoder
from index.errors import ArticleError
from index.generations import DICTIONARY, RESUME, Manifest, default_index_dir, is_index, publish, writing
from index.intake import Intake
from index.previous import Previous
from index.resume import Resume
from index.search_files import write_vectors, write_words
from index.store import Store
from index.summary import BuildSummary
from index.vectors import Known

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, all); stages are ``read``, ``cut``, ``arrange`` and ``encode``."""


TO_REMOVE = ". 아무것도 빼지 않았습니다. 기사를 모두 빼려면 'geungeo remove ID'를 쓰세요"


def build_index(
    paths: Iterable[str | Path],
    index_dir: str | Path | None = None,
    *,
    model: str | None = None,
    dictionary: Dictionary | None = None,
    sample: bool = False,
    prune: bool = False,
    progress: Progress | None = None,
) -> BuildSummary:
    """Adds the articles of files and folders to an index, creating it where there is none.

    Articles already there stay; one whose file has changed is replaced. Vectors of unchanged text are used again.
    The index serves its old content until the new one is complete.

    Args:
        paths: files and folders (searched through) of the formats of ``index.formats``.
        index_dir: where the index lies; by default ``$GEUNGEO_INDEX`` or the user's data folder.
        model: the embedding model; by default that of the index, or the bundled one.
        dictionary: names and synonyms (``read_dictionary``); by default that of the index. One without entries drops
            it. With another one all articles are analysed anew; vectors stay.
        sample: the articles are the program's own samples, to be replaced by the first articles of the user's.
        prune: take out articles whose files lay under ``paths`` and are no longer there.
        progress: told how far the work is.

    Raises:
        ArticleError: a path does not exist, or no article can be read from the paths.
        EncoderError: the model cannot be found or run.
        IndexFormatError: the index there is broken or of another version; it is left as it is.
        GeungeoError: another process is writing to the index, or its folder cannot be written.
    """
    from index.finding import article_files, source_of  # what reads files is not needed to search
    from index.reading import read_each

    step = progress or _silent
    roots = [Path(path) for path in paths]
    try:
        files, skipped = article_files(roots)
    except ArticleError as error:
        if not prune:
            raise
        raise ArticleError(f"{error}{TO_REMOVE}") from None  # it may be a disk that is not there
    given = read_each(files, skipped, lambda done, total, path: step("read", done, total))
    pruned = (roots, {source_of(file) for file in files}) if prune else None
    summary = _build(given, index_dir, model, dictionary, step, sample=sample, pruned=pruned)
    return replace(summary, skipped=(*skipped, *summary.skipped))


def index_articles(
    articles: Sequence[Article],
    index_dir: str | Path | None = None,
    *,
    model: str | None = None,
    dictionary: Dictionary | None = None,
    sample: bool = False,
    whole: bool = False,
    progress: Progress | None = None,
) -> BuildSummary:
    """As ``build_index``, for articles already read; with ``whole`` each article is one passage.

    That they were whole is not remembered: a later build without it leaves those that it does not cut as they are.

    Without articles, an index that is there is made anew from the articles it holds: with another model, or with the
    analyzer of this machine.
    """
    step = progress or _silent

    def each() -> Iterator[Article]:
        for done, article in enumerate(articles, start=1):
            yield article
            step("cut", done, len(articles))

    given = each() if articles else None
    return _build(given, index_dir, model, dictionary, step, sample=sample, whole=whole)


def remove_articles(
    ids: Iterable[str], index_dir: str | Path | None = None, *, progress: Progress | None = None
) -> BuildSummary:
    """Takes articles out of an index; their files, if they are still there, are not touched.

    Raises:
        ArticleError: an id is no article's, or no article would be left; then nothing is removed.
        GeungeoError: as ``build_index``.
    """
    return _build(None, index_dir, None, None, progress or _silent, gone=frozenset(ids))


def _build(
    articles: Iterable[Article] | None,
    index_dir: str | Path | None,
    model: str | None,
    dictionary: Dictionary | None,
    step: Progress,
    *,
    sample: bool = False,
    whole: bool = False,
    gone: frozenset[str] = frozenset(),
    pruned: tuple[Sequence[Path], Set[str]] | None = None,
) -> BuildSummary:
    """The next generation: the old one's articles without those gone, and with those given."""
    started = time.monotonic()
    folder = Path(index_dir) if index_dir is not None else default_index_dir()
    if articles is None and not is_index(folder):
        raise ArticleError("색인할 기사가 없습니다.")
    with writing(folder) as work, closing(Previous(folder)) as old:
        _refuse_unknown(gone, old)
        analyzer = shared_analyzer(old.dictionary if dictionary is None else dictionary)
        encoder = load_encoder(model or old.model)
        intake = Intake(old, analyzer, whole=whole)
        intake.take(articles or (), work / "articles.fresh", gone, pruned)
        if not intake.total:
            raise ArticleError(
                "남는 기사가 없습니다. 색인을 없애려면 색인 폴더를 지우세요." if gone or pruned
                else "기사에서 본문 문단을 찾지 못했습니다. 파일의 내용을 확인하세요."
            )  # fmt: skip
        is_sample = old.sample if not intake.given else sample and (old.sample or not old.numbers)
        same = old.holds(encoder.card.fingerprint, analyzer.versions()) and is_sample == old.sample
        counts, encoded = old.counts, 0
        if intake.alters or not same:
            intake.assemble(work / "articles.sqlite")
            counts, encoded = _write(work, encoder, old, folder, step)
            if analyzer.dictionary.entries:
                (work / DICTIONARY).write_text(analyzer.dictionary.as_text(), encoding="utf-8")
            publish(work, _manifest(analyzer, encoder, counts, is_sample))
        else:
            shutil.rmtree(folder / RESUME, ignore_errors=True)  # of a build that nobody goes on with
    return BuildSummary(
        folder, counts["articles"], counts["passages"], counts["windows"], intake.added, intake.changed,
        intake.unchanged, intake.removed, encoded, tuple(intake.skipped), time.monotonic() - started,
    )  # fmt: skip


def _refuse_unknown(gone: Iterable[str], old: Previous) -> None:
    unknown = sorted(set(gone) - old.numbers.keys())
    if unknown:
        raise ArticleError(
            f"{', '.join(unknown[:3])}: 그런 기사가 없습니다. 'geungeo articles'로 기사의 ID를 확인하세요."
        )


def _manifest(analyzer: Analyzer, encoder: Encoder, counts: dict[str, int], sample: bool) -> Manifest:
    card = encoder.card
    return Manifest(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        analyzer=analyzer.versions(),
        encoder={"model": card.model, "fingerprint": card.fingerprint, "dimensions": card.dimensions},
        counts=counts,
        sample=sample,
    )


def _write(
    work: Path, encoder: Encoder, old: Previous, index_dir: Path, step: Progress
) -> tuple[dict[str, int], int]:
    """Writes both searches' files for the articles in ``work``; returns the counts and how many windows were encoded."""
    resume = Resume(index_dir, encoder.card.fingerprint, encoder.card.dimensions)
    known = [Known.of_resume(resume)]
    if old.folder is not None and old.fingerprint == encoder.card.fingerprint:
        known.insert(0, Known.of_generation(old.folder))
    with closing(Store(work / "articles.sqlite")) as store:
        windows = write_words(work, store, lambda done, total: step("arrange", done, total))
        encoded = write_vectors(
            work, windows, store, encoder, [source for source in known if source], resume,
            lambda done, total: step("encode", done, total),
        )  # fmt: skip
        counts = {"articles": store.count, "passages": len(store), "windows": len(windows)}
    return counts, encoded


def _silent(stage: str, done: int, total: int) -> None:
    """Tells nobody."""
