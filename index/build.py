"""Builds an index: articles → passages → windows → BM25 and vectors → a new generation on disk."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.analyzer import Analyzer
from index.articles import Article, Skipped
from index.cutting import cut_articles
from index.dense import DenseIndex, Vectors, create_vectors
from index.dictionary import Dictionary
from index.encoder import Encoder, load_encoder
from index.errors import ArticleError, IndexFormatError
from index.generations import (
    DICTIONARY,
    Manifest,
    current_generation,
    default_index_dir,
    is_index,
    publish,
    stored_dictionary,
    writing,
)
from index.lexical import LexicalIndex
from index.model_cache import DEFAULT_MODEL
from index.store import Store, write_store
from index.stored import StoredArticle
from index.terms import character_bigrams, indexed_terms
from index.windows import Windows, content_keys

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, all); stages are ``read``, ``cut`` and ``encode``."""

Keys = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a build did."""

    index_dir: Path
    articles: int
    passages: int
    windows: int
    added: int
    """Articles that were not in the index before."""
    changed: int
    """Articles whose file has another content than before."""
    unchanged: int
    encoded: int
    """Windows encoded in this build; the others' vectors were there already."""
    skipped: tuple[Skipped, ...]
    """Files that could not be read, each with the reason."""
    seconds: float


def build_index(
    paths: Iterable[str | Path],
    index_dir: str | Path | None = None,
    *,
    model: str | None = None,
    dictionary: Dictionary | None = None,
    sample: bool = False,
    progress: Progress | None = None,
) -> BuildSummary:
    """Adds the articles of files and folders to an index, creating it where there is none.

    Articles already there stay; one whose file has changed is replaced. Vectors of unchanged text are used again.
    The index serves its old content until the new one is complete.

    Args:
        paths: files and folders (searched through) of ``.txt``, ``.md`` and ``.html``.
        index_dir: where the index lies; by default ``$GEUNGEO_INDEX`` or the user's data folder.
        model: the embedding model; by default that of the index, or the bundled one.
        dictionary: names and synonyms (``read_dictionary``); by default that of the index. One without entries drops
            it. With another one all articles are analysed anew; vectors stay.
        sample: the articles are the program's own samples, to be replaced by the first articles of the user's.
        progress: told how far the work is.

    Raises:
        ArticleError: a path does not exist, or no article can be read from the paths.
        EncoderError: the model cannot be found or run.
        IndexFormatError: the index there is broken or of another version; it is left as it is.
        GeungeoError: another process is writing to the index, or its folder cannot be written.
    """
    from index.reading import read_articles  # what reads files is not needed to search

    step = progress or (lambda stage, done, total: None)
    reading = read_articles(paths, lambda done, total, path: step("read", done, total))
    summary = index_articles(
        reading.articles, index_dir, model=model, dictionary=dictionary, sample=sample, progress=progress
    )
    return replace(summary, skipped=(*reading.skipped, *summary.skipped))


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

    Without articles, an index that is there is made anew from the articles it holds: with another model, or with the
    analyzer of this machine.
    """
    started = time.monotonic()
    step = progress or (lambda stage, done, total: None)
    folder = Path(index_dir) if index_dir is not None else default_index_dir()
    if not articles and not is_index(folder):
        raise ArticleError("색인할 기사가 없습니다.")
    with writing(folder) as work:
        old = _Previous(folder)
        analyzer = Analyzer(old.dictionary if dictionary is None else dictionary)
        encoder = load_encoder(model or old.model)
        fresh = _cut_all(_merge(old, articles), old, analyzer, whole, step)
        stored = [item for item in fresh if item.passages]
        if not stored:
            raise ArticleError("기사에서 본문 문단을 찾지 못했습니다. 파일의 내용을 확인하세요.")
        passages = [item for article in stored for item in article.passages]
        windows = Windows.of(passages)
        keys = content_keys(windows.texts(passages))
        vectors, encoded = _vectors(windows.texts(passages), keys, encoder, old, step)
        _write(work, stored, windows, keys, vectors)
        if analyzer.dictionary.entries:
            (work / DICTIONARY).write_text(analyzer.dictionary.as_text(), encoding="utf-8")
        manifest = Manifest(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            analyzer=analyzer.versions(),
            encoder={
                "model": encoder.card.model,
                "fingerprint": encoder.card.fingerprint,
                "dimensions": encoder.card.dimensions,
            },
            counts={"articles": len(stored), "passages": len(passages), "windows": len(windows)},
            sample=old.sample if not articles else sample and (old.sample or not old.articles),
        )
        publish(work, manifest)
    skipped = tuple(
        Skipped(item.article.source, "본문 문단이 없습니다") for item in fresh if not item.passages
    )
    return BuildSummary(
        folder, len(stored), len(passages), len(windows), *_count(old, stored), encoded, skipped,
        time.monotonic() - started,
    )  # fmt: skip


class _Previous:
    """What the index holds before the build, and what of it can be used again."""

    def __init__(self, index_dir: Path) -> None:
        self.articles: dict[str, StoredArticle] = {}
        self.model = DEFAULT_MODEL
        self.fingerprint = ""
        self.dictionary = Dictionary()
        self.analyzer: dict[str, object] = {}
        self.sample = False
        self._folder: Path | None = None
        if not is_index(index_dir):
            return
        self._folder, manifest = current_generation(index_dir)
        self.model = manifest.encoder["model"]
        self.fingerprint = manifest.encoder["fingerprint"]
        self.analyzer = manifest.analyzer
        self.dictionary = stored_dictionary(self._folder)
        self.sample = manifest.sample
        try:
            store = Store(self._folder / "articles.sqlite")
            self.articles = {item.article.source: item for item in store.everything()}
            store.close()
        except sqlite3.Error as error:
            raise IndexFormatError(
                f"{self._folder / 'articles.sqlite'}: 읽을 수 없습니다 ({error}). 색인 폴더를 지우고 다시 만드세요."
            ) from None

    def vectors(self) -> tuple[Keys, DenseIndex] | None:
        """The content keys of the old windows and their vectors."""
        if self._folder is None:
            return None
        try:
            keys = np.load(self._folder / "keys.npy", allow_pickle=False)
            dense = DenseIndex.load(self._folder)
        except (OSError, ValueError, RuntimeError):
            return None  # then they are made anew
        return (keys, dense) if len(keys) == dense.size else None


def _merge(old: _Previous, articles: Sequence[Article]) -> list[Article]:
    """All articles of the new generation, those of the index first; of two with the same content, the one given now."""
    before = {} if old.sample and articles else {key: item.article for key, item in old.articles.items()}
    given = {article.source: article for article in articles}
    by_id = {article.id: article for article in [*reversed(before.values()), *reversed(given.values())]}
    return [article for article in (before | given).values() if by_id[article.id] is article]


def _cut_all(
    articles: Sequence[Article], old: _Previous, analyzer: Analyzer, whole: bool, step: Progress
) -> list[StoredArticle]:
    """Cuts what is new; what was cut by the same analyzer out of the same prose is taken over."""
    cut_before: dict[str, StoredArticle] = {}
    if old.analyzer == analyzer.versions() and not whole:
        cut_before = {item.article.id: item for item in old.articles.values()}
    ready: dict[str, StoredArticle] = {}
    for article in articles:
        found = cut_before.get(article.id)
        if found is not None and found.article.blocks == article.blocks:
            ready[article.id] = replace(found, article=article)
    todo = [article for article in articles if article.id not in ready]
    for done, item in enumerate(cut_articles(todo, analyzer, whole=whole), start=1):
        ready[item.article.id] = item
        step("cut", done, len(todo))
    return [ready[article.id] for article in articles]


def _count(old: _Previous, stored: Sequence[StoredArticle]) -> tuple[int, int, int]:
    """How many articles of the new generation are added, changed and unchanged."""
    before = {item.article.source: item.article.id for item in old.articles.values()}
    known = set(before.values())
    changed = added = 0
    for item in stored:
        article = item.article
        if article.id not in known:
            changed += article.source in before
            added += article.source not in before
    return added, changed, len(stored) - added - changed


def _vectors(
    texts: Sequence[str], keys: Keys, encoder: Encoder, old: _Previous, step: Progress
) -> tuple[Vectors, int]:
    """The vectors of all windows, shape [windows, dimensions], and how many had to be encoded."""
    vectors = np.zeros((len(texts), encoder.card.dimensions), dtype=np.float32)
    missing = np.ones(len(texts), dtype=bool)
    if old.fingerprint == encoder.card.fingerprint and (previous := old.vectors()):
        old_keys, dense = previous
        row_of = {bytes(key): row for row, key in enumerate(old_keys)}
        pairs = [(i, row_of[key]) for i, key in enumerate(map(bytes, keys)) if key in row_of]
        if pairs:
            here, there = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
            vectors[here] = dense.rows(there)
            missing[here] = False
    unique: dict[bytes, list[int]] = {}
    for i in np.flatnonzero(missing):
        unique.setdefault(bytes(keys[i]), []).append(int(i))
    fresh = encoder.encode_passages(
        [texts[rows[0]] for rows in unique.values()], lambda done, total: step("encode", done, total)
    )
    for rows, vector in zip(unique.values(), fresh, strict=True):
        vectors[rows] = vector
    return vectors, len(unique)


def _write(
    work: Path, stored: Sequence[StoredArticle], windows: Windows, keys: Keys, vectors: Vectors
) -> None:
    write_store(work / "articles.sqlite", stored)
    windows.save(work / "windows.npy")
    np.save(work / "keys.npy", keys, allow_pickle=False)
    np.save(work / "mean.npy", mean_vector(windows, vectors), allow_pickle=False)
    create_vectors(work, *vectors.shape)[:] = vectors
    DenseIndex.write(work)
    titled = [(item, article) for article in stored for item in article.passages]
    words = [indexed_terms(item.terms.forms, article.title_terms) for item, article in titled]
    LexicalIndex.build(words).save(work / "words")
    characters = [
        character_bigrams(f"{article.article.title} {item.passage.text}") for item, article in titled
    ]
    LexicalIndex.build(characters).save(work / "characters")


def mean_vector(windows: Windows, vectors: Vectors) -> Vectors:
    """Its product with a question's vector is the mean over the collection of what a passage's dense score is."""
    mean: Vectors = (vectors[windows.proper].mean(axis=0) + vectors[windows.lasts].mean(axis=0)) / 2
    return mean
