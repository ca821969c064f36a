"""Nothing of an index is trusted blindly: what was cut, altered or swapped is refused by its name."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sealing import generation, publish_a_copy, reseal

from index import Index, build_index, verification
from index.build import index_articles
from index.errors import IndexFormatError
from index.generations import MANIFEST, POINTER, current_generation
from index.verification import STAMP

STORY = "{name} 회사는 올해 새 공장을 지었다. 공장은 바닷가에 있다.\n\n직원은 {count}명이고 모두 근처에 산다. 급식은 맛있다고 한다."


@pytest.fixture(scope="module")
def two_generations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index whose previous generation is still there."""
    top = tmp_path_factory.mktemp("integrity")
    (top / "stories").mkdir()
    for count in (100, 200):
        for name in ("가람", "나래"):
            text = STORY.format(name=name, count=count + len(name))
            (top / "stories" / f"{name}.txt").write_text(text, encoding="utf-8")
        build_index([top / "stories"], top / "index")
    return top / "index"


@pytest.fixture
def index_dir(two_generations: Path, tmp_path: Path) -> Path:
    return shutil.copytree(two_generations, tmp_path / "index")


def the_other(index_dir: Path) -> Path:
    """The previous generation's folder."""
    (other,) = [path for path in (index_dir / "generations").iterdir() if path != generation(index_dir)]
    return other


def files_of(index_dir: Path) -> list[str]:
    return sorted(current_generation(index_dir)[1].files)


def cut_short(path: Path, other: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def alter_a_byte(path: Path, other: Path) -> None:
    content, times = bytearray(path.read_bytes()), path.stat()
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def swap(path: Path, other: Path) -> None:
    times = path.stat()
    shutil.copy(other, path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def remove(path: Path, other: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("small", [verification.SMALL, 0], ids=["hashed", "remembered"])
@pytest.mark.parametrize("harm", [cut_short, alter_a_byte, swap, remove])
def test_every_file_that_is_not_what_was_built_is_refused_by_name(
    harm: Callable[[Path, Path], None], small: int, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "SMALL", small)
    names = files_of(index_dir)
    assert "articles.sqlite" in names and len(names) > 10
    refused = 0
    for name in names:
        path, other = generation(index_dir) / name, the_other(index_dir) / name
        kept = path.read_bytes()
        if harm is swap and other.read_bytes() == kept:
            continue  # the same in both generations
        harm(path, other)
        with pytest.raises(IndexFormatError) as caught:
            Index.open(index_dir)
        message = str(caught.value)
        assert str(path) in message and "geungeo index" in message and "\n" not in message
        path.write_bytes(kept)
        assert Index.open(index_dir).size
        refused += 1
    assert refused > 8


def test_a_manifest_or_pointer_that_is_not_its_own_is_refused(index_dir: Path) -> None:
    manifest, pointer = generation(index_dir) / MANIFEST, index_dir / POINTER
    previous = the_other(index_dir)
    name, digest = pointer.read_text().split()
    altered = manifest.read_bytes().replace(b'"sample": false', b'"sample": true ')
    assert altered != manifest.read_bytes()
    harms = [
        (manifest, altered),
        (manifest, manifest.read_bytes()[:-1]),
        (manifest, (previous / MANIFEST).read_bytes()),
        (manifest, b"[]"),
        (pointer, b""),
        (pointer, f"{name} {digest[:-1]}".encode()),
        (pointer, f"{name}\n".encode()),
        (pointer, f"{previous.name} {digest}\n".encode()),
        (pointer, f"{'0' * 12} {digest}\n".encode()),
        (pointer, f"../{name[3:]} {digest}\n".encode()),
    ]
    for path, content in harms:
        kept = path.read_bytes()
        path.write_bytes(content)
        with pytest.raises(IndexFormatError) as caught:
            Index.open(index_dir)
        assert path.name in str(caught.value) and "다시 만드세요" in str(caught.value)
        path.write_bytes(kept)
    assert Index.open(index_dir).size


def test_an_index_of_another_format_is_refused_with_what_to_do(index_dir: Path) -> None:
    reseal(index_dir, format=2)
    (index_dir / POINTER).write_text(generation(index_dir).name + "\n")  # as format 2 had it
    with pytest.raises(IndexFormatError, match=r"형식 2, 이 프로그램은 3.*다시 만드세요"):
        Index.open(index_dir)


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (os.environ["GEUNGEO_BOMB"],)


@pytest.mark.parametrize(
    "name", ["windows.npy", "mean.npy", "words/terms.npy", "characters/data.npy", "keys.npy"]
)
def test_a_pickle_is_never_unpacked(
    name: str, index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEUNGEO_BOMB", str(tmp_path / "exploded"))
    path = generation(index_dir) / name
    np.save(path, np.array([Bomb()], dtype=object), allow_pickle=True)
    reseal(index_dir)
    if name == "keys.npy":  # only a build reads it, and does without
        index_articles([], index_dir)
    else:
        with pytest.raises(IndexFormatError):
            Index.open(index_dir)
    assert not (tmp_path / "exploded").exists()
    with pytest.raises(FileExistsError):  # it would have gone off
        os.mkdir(tmp_path / "exploded")
        pickle.loads(pickle.dumps(Bomb()))


def test_what_was_hashed_once_is_not_hashed_again(
    index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "SMALL", 0)
    hashed: list[str] = []
    sha256 = verification._sha256

    def counting(path: Path, *progress: Callable[[int], None]) -> str:
        hashed.append(path.name)
        return sha256(path, *progress)

    monkeypatch.setattr(verification, "_sha256", counting)
    Index.open(index_dir)  # a copy: everything is hashed
    assert len(hashed) == len(files_of(index_dir))
    hashed.clear()
    Index.open(index_dir)
    assert hashed == []
    path = generation(index_dir) / "articles.sqlite"
    path.write_bytes(path.read_bytes())
    Index.open(index_dir)
    assert hashed == ["articles.sqlite"]
    hashed.clear()
    (generation(index_dir) / STAMP).write_text('{"articles.sqlite": 5')
    Index.open(index_dir)
    assert len(hashed) == len(files_of(index_dir))


def test_a_build_leaves_nothing_to_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "SMALL", 0)
    (tmp_path / "가람.txt").write_text(STORY.format(name="가람", count=1), encoding="utf-8")
    build_index([tmp_path / "가람.txt"], tmp_path / "index")
    monkeypatch.setattr(verification, "_sha256", None)
    assert Index.open(tmp_path / "index").size


def test_where_nothing_can_be_written_an_index_opens_all_the_same(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "SMALL", 0)

    def read_only(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = sorted(index_dir.rglob("*"))
    monkeypatch.setattr(Path, "write_text", read_only)
    assert Index.open(index_dir).size
    assert sorted(index_dir.rglob("*")) == before


def test_an_index_built_anew_while_it_is_opened_opens(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [current_generation(index_dir)]
    publish_a_copy(index_dir)  # and what was found is gone
    monkeypatch.setattr(
        "index.searching.current_generation",
        lambda place: found.pop() if found else current_generation(place),
    )
    names = ["after", "before"]
    monkeypatch.setattr("index.searching.serving_name", lambda place: names.pop())
    assert Index.open(index_dir).folder == generation(index_dir) and not found and not names


def test_a_damaged_index_is_looked_at_once(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alter_a_byte(generation(index_dir) / "vectors.faiss", index_dir)
    opened: list[Path] = []
    monkeypatch.setattr(
        "index.searching.current_generation",
        lambda place: opened.append(place) or current_generation(place),
    )
    with pytest.raises(IndexFormatError, match="vectors"):
        Index.open(index_dir)
    assert len(opened) == 1
