"""Zips: the articles in them, names as Windows and macOS write them, and zips made to do harm."""

from __future__ import annotations

import io
import os
import struct
import time
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index import Index, archives, build_index, reading, zip_reading
from index.archives import is_in_archive, split_source
from index.errors import ArticleError
from index.previous import is_gone
from index.reading import Reading, read_article, read_articles, read_file
from index.zip_reading import Zip
from tests.zip_files import packed

STORY = "{} 회사는 올해 새 공장을 지었다. 공장은 바닷가에 있고 직원은 모두 근처에 산다."


def text(name: str) -> str:
    return f"---\ntitle: {name} 공장\n---\n\n{STORY.format(name)}\n"


def read(tmp_path: Path, data: bytes, name: str = "묶음.zip") -> Reading:
    path = tmp_path / name
    path.write_bytes(data)
    return read_file(path, name)


def sources(found: Reading) -> list[str]:
    return [article.source for article in found.articles]


def entry(name: bytes, flags: int = 0, content: bytes = STORY.format("가람").encode()) -> bytes:
    """A zip of one stored file, whose name is these bytes."""
    crc, size = zlib.crc32(content), len(content)
    common = struct.pack("<HHHHHLLLHH", 20, flags, 0, 0, 0x21, crc, size, size, len(name), 0)
    local = b"PK\x03\x04" + common + name + content
    central = b"PK\x01\x02" + b"\x14\x00" + common + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


# -- What is read -------------------------------------------------------------------------------------------
def test_each_article_file_is_an_article_whatever_its_format(tmp_path: Path) -> None:
    from tests import pdf_files

    page = f"<html><body><p>{STORY.format('다솜')}</p><p>{STORY.format('라온')}</p></body></html>"
    members: dict[str, str | bytes] = {
        "가.txt": STORY.format("가람"),
        "폴더/안/나.md": text("나래"),
        "다.html": page,
        "라.PDF": pdf_files.pdf([pdf_files.paragraphs([STORY.format("마루")])]),
        "그림.png": b"\x89PNG",
        ".숨김.txt": "숨김",
        ".git/x.txt": "숨김",
        "__MACOSX/._가.txt": "숨김",
        "~$잠금.docx": "숨김",
        "폴더/": "",
    }
    found = read(tmp_path, packed(members))
    assert sources(found) == [
        "묶음.zip/가.txt",
        "묶음.zip/폴더/안/나.md",
        "묶음.zip/다.html",
        "묶음.zip/라.PDF",
    ]
    assert [article.title for article in found.articles] == ["가", "나래 공장", "다", "라"]
    assert found.skipped == []


def test_members_that_cannot_be_read_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "1.txt": "",
        "2.pdf": b"%PDF-1.4",
        "3.docx": "글",
        "4.txt": STORY.format("가람"),
        "5.zip": packed({"a.txt": STORY.format("나래")}),
        "6.txt": b"\0\1\2",
    }
    found = read(tmp_path, packed(members))
    assert sources(found) == ["묶음.zip/4.txt"]
    assert [(item.path, item.reason.split(":")[0]) for item in found.skipped] == [
        ("묶음.zip/1.txt", "비어 있는 파일입니다"),
        ("묶음.zip/2.pdf", "고장 난 PDF라 열 수 없습니다"),
        ("묶음.zip/3.docx", "이름은 .docx이지만 그 형식이 아닙니다"),
        ("묶음.zip/5.zip", "압축 파일 안의 압축 파일은 읽지 않습니다"),
        ("묶음.zip/6.txt", "텍스트 파일이 아닙니다(이진 파일)"),
    ]


def test_a_zip_without_articles_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"압축 파일에 기사 파일\(\.txt .*\)이 없습니다"):
        read(tmp_path, packed({"그림.png": "x"}))
    with pytest.raises(
        ArticleError, match=r"읽을 수 있는 기사가 없습니다 \(묶음\.zip/1\.txt: 비어 있는 파일입니다\)"
    ):
        read(tmp_path, packed({"1.txt": ""}))
    with pytest.raises(ArticleError, match="고장 난 파일"):
        read(tmp_path, packed({"1.txt": "가"})[:-30])


@pytest.mark.parametrize(
    ("part", "reason"),
    [("xl/workbook.xml", "엑셀"), ("ppt/presentation.xml", "파워포인트"), ("META-INF/container.xml", "전자책"), ("content.xml", "오픈도큐먼트")],
)  # fmt: skip
def test_other_documents_that_are_zips_are_told_apart(tmp_path: Path, part: str, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read(tmp_path, packed({part: "<x/>"}))


@pytest.mark.parametrize("name", ["자료.zip", "자료.txt", "자료"])
def test_first_bytes_tell_more_than_the_name(tmp_path: Path, name: str) -> None:
    assert sources(read(tmp_path, packed({"가.txt": STORY.format("가람")}), name)) == [f"{name}/가.txt"]


# -- Names ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "flags", "shown"),
    [
        ("기사/가나다.txt".encode("cp949"), 0, "기사/가나다.txt"),
        ("기사/똠방각하.txt".encode("cp949"), 0, "기사/똠방각하.txt"),
        ("기사/가나다.txt".encode(), 0x800, "기사/가나다.txt"),
        (unicodedata.normalize("NFD", "기사/가나다.txt").encode(), 0, "기사/가나다.txt"),  # macOS
        ("기사\\가나다.txt".encode("cp949"), 0, "기사/가나다.txt"),
        (b"../../etc/x.txt", 0, "etc/x.txt"),
        (b"/etc/x.txt", 0, "etc/x.txt"),
        (b"C:\\temp\\x.txt", 0, "temp/x.txt"),
        (b"./a//b.txt", 0, "a/b.txt"),
        (b"a\x1b[31m\nb.txt", 0, "a\ufffd[31m\ufffdb.txt"),
        (b"\xff\xff\xff.txt", 0, None),  # neither: as zipfile takes it, but something to show
    ],
)
def test_names_of_members(tmp_path: Path, raw: bytes, flags: int, shown: str | None) -> None:
    (source,) = sources(read(tmp_path, entry(raw, flags)))
    assert source.isprintable() and source.startswith("묶음.zip/") and source.endswith(".txt")
    assert shown is None or source == f"묶음.zip/{shown}"


def test_nothing_is_written_to_disk(tmp_path: Path) -> None:
    inner = tmp_path / "안"
    inner.mkdir()
    read(inner, entry(b"../../x.txt"))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["묶음.zip", "안"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_with_one_name_the_last_is_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("가.txt", STORY.format("가람"))
        archive.writestr("./가.txt", STORY.format("나래"))
    found = read(tmp_path, out.getvalue())
    assert [article.text.split()[0] for article in found.articles] == ["나래"]
    assert [item.path for item in found.skipped] == ["묶음.zip/가.txt"]


def test_a_link_is_not_followed_nor_read(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("링크.txt")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, STORY.format("비밀"))
        archive.writestr("가.txt", STORY.format("가람"))
    found = read(tmp_path, out.getvalue())
    assert sources(found) == ["묶음.zip/가.txt"] and "링크" in found.skipped[0].reason


# -- Zips made to do harm ------------------------------------------------------------------------------------------
def bomb(size: int) -> bytes:
    return packed(
        {"가.txt": STORY.format("가람"), "나.txt": "가" * (size // 3), "다.txt": STORY.format("나래")}
    )


def test_a_zip_that_grows_too_much_is_left_at_that_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read(tmp_path, bomb(zip_reading.ALWAYS_ALLOWED + 100_000))
    assert sources(found) == ["묶음.zip/가.txt"]
    assert [(item.path, item.reason.split(":")[0]) for item in found.skipped] == [
        ("묶음.zip/나.txt", "풀면 지나치게 커지는 압축 파일입니다"),
        ("묶음.zip", "남은 파일은 읽지 않았습니다"),
    ]
    monkeypatch.setattr(zip_reading, "MAX_RATIO", 10_000)
    assert (
        len(read(tmp_path, bomb(zip_reading.ALWAYS_ALLOWED + 100_000)).articles) == 2
    )  # only too long a text
    monkeypatch.setattr(zip_reading, "MAX_UNPACKED", 1_000_000)
    assert sources(read(tmp_path, bomb(1_100_000))) == ["묶음.zip/가.txt"]


def test_sizes_that_lie_are_found_out(tmp_path: Path) -> None:
    data = bytearray(bomb(zip_reading.ALWAYS_ALLOWED + 100_000))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index("나.txt".encode(), 200 if signature[2] == 3 else data.index(b"PK\x01\x02"))
        start = data.rindex(signature, 0, at)
        data[start + offset : start + offset + 4] = struct.pack("<L", 100)
    found = read(tmp_path, bytes(data))
    assert sources(found) == ["묶음.zip/가.txt", "묶음.zip/다.txt"]
    assert [item.path for item in found.skipped] == ["묶음.zip/나.txt"]


def test_one_member_is_not_larger_than_a_file_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.formats, "MAX_LARGE", 10_000)
    found = read(tmp_path, packed({"가.txt": STORY.format("가람"), "나.txt": STORY.format("나래") * 300}))
    assert sources(found) == ["묶음.zip/가.txt"] and "너무 큰 파일" in found.skipped[0].reason


def test_what_documents_in_a_zip_unpack_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_reading, "ALWAYS_ALLOWED", 0)
    monkeypatch.setattr(zip_reading, "MAX_UNPACKED", 3_000_000)
    inner = packed(
        {"word/document.xml": "<d><p><t>가</t></p>" + " " * 1_000_000 + "</d>"}, zipfile.ZIP_DEFLATED
    )
    monkeypatch.setattr(zip_reading, "MAX_RATIO", 10_000)
    assert read(tmp_path, inner, "가.docx").articles
    found = read(tmp_path, packed({f"{n}.docx": inner for n in range(5)}, zipfile.ZIP_STORED))
    assert len(found.articles) == 2 and "지나치게 커지는" in found.skipped[0].reason


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_reading, "MAX_MEMBERS", 10)
    data = packed({f"{n}.txt": STORY.format(n) for n in range(11)})
    with pytest.raises(ArticleError, match="너무 많습니다: 10개 이하로"):
        read(tmp_path, data)
    opened = []
    monkeypatch.setattr(zip_reading.zipfile, "ZipFile", lambda file: opened.append(file))
    with pytest.raises(ArticleError, match="너무 많습니다"):
        Zip(packed_directory(201))
    assert not opened, "counted before it was read"


def packed_directory(entries: int) -> bytes:
    central = (b"PK\x01\x02" + bytes(42)) * entries
    return b"PK\x03\x04" + central + b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), 4, 0)


def test_a_zip_that_holds_itself_is_not_followed(tmp_path: Path) -> None:
    data = packed({"가.txt": STORY.format("가람")})
    for _ in range(5):
        data = packed({"안.zip": data, "가.txt": STORY.format("가람")})
    found = read(tmp_path, data)
    assert sources(found) == ["묶음.zip/가.txt"]
    assert "압축 파일 안의 압축 파일" in found.skipped[0].reason


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    data = bytearray(packed(dict.fromkeys(["가.txt", "나.txt"], STORY.format("가람")), zipfile.ZIP_STORED))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<L", 0)  # begins where the first does
    data[second + 46 : second + 46 + 7] = "가.txt".encode()
    with pytest.raises(ArticleError, match=r"^고장 난 파일"):
        read(tmp_path, bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_ways_of_packing_that_unpack_without_bounds_are_refused(tmp_path: Path, method: int) -> None:
    with pytest.raises(ArticleError, match="읽을 수 없는 방식으로"):
        read(tmp_path, packed({"가.txt": STORY.format("가람")}, method))


def test_locked_members(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="암호가 걸려 있습니다"):
        read(tmp_path, entry(b"a.txt", 0x1))


def test_time_lost_on_members_that_cannot_be_read_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_LOST", 0.0)
    found = read(
        tmp_path, packed({"가.txt": STORY.format("가람"), "나.txt": "", "다.txt": STORY.format("나래")})
    )
    assert sources(found) == ["묶음.zip/가.txt"]
    assert [item.path for item in found.skipped] == ["묶음.zip/나.txt", "묶음.zip"]


def test_time_that_reading_is_not_worth_is_lost_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member may be read in the end and yet take so long that ten thousand of it would take days."""
    clock = iter(range(0, 10_000, 100))
    monkeypatch.setattr(reading.time, "monotonic", lambda: next(clock))
    found = read(tmp_path, packed({f"{n}.txt": STORY.format(n) for n in range(9)}))
    assert len(found.articles) == 4 and "남은 파일은 읽지 않았습니다" in found.skipped[0].reason
    monkeypatch.setattr(reading, "WORTH", 0.01)
    assert len(read(tmp_path, packed({f"{n}.txt": STORY.format(n) for n in range(9)})).articles) == 9


def test_marks_of_a_name_are_limited(tmp_path: Path) -> None:
    (source,) = sources(read(tmp_path, entry(b"a" + "\u0301\u0323".encode() * 100 + b".txt", 0x800)))
    assert len(source) < 50


# -- Sources in zips, and an index of them ----------------------------------------------------------------------
def test_a_source_in_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "묶음.zip"
    path.write_bytes(packed({"폴더/가.md": text("가람"), "나.md": text("나래")}))
    (tmp_path / "글.md").write_text("글", encoding="utf-8")
    there, not_there = f"{path}/폴더/가.md", f"{path}/다.md"
    assert split_source(there) == (path, "폴더/가.md")
    assert split_source(path) is None and split_source(tmp_path / "x" / "y") is None
    assert is_in_archive(there) and not is_gone(there)
    assert not is_in_archive(not_there) and is_gone(not_there)
    assert is_gone(f"{tmp_path}/글.md/가.md"), "no zip"
    assert read_article(there).source == there
    with pytest.raises(ArticleError, match="그런 파일이 없습니다"):
        read_article(not_there)
    with pytest.raises(ArticleError, match="여럿 든"):
        read_article(path)
    path.write_bytes(path.read_bytes()[:-10])
    assert not is_gone(not_there), "a zip that cannot be opened now may have it"
    path.unlink()
    assert is_gone(there)


def held(folder: Path) -> dict[str, list[str]]:
    """Of each article its first word and where its sources lie."""
    return {
        stored.passages[0].passage.text.split()[0]: [
            source.partition("/글/")[2] for source in (stored.article.source, *stored.copies)
        ]
        for stored in Index.open(folder).store.everything()
    }


def test_an_index_follows_what_is_in_a_zip(tmp_path: Path) -> None:
    folder, index = tmp_path / "글", tmp_path / "index"
    folder.mkdir()
    path = folder / "묶음.zip"
    stories = {name: text(name) for name in ("가람", "나래", "다솜")}
    path.write_bytes(packed({f"폴더/{name}.md": story for name, story in stories.items()}))
    (folder / "라온.md").write_text(text("라온"), encoding="utf-8")
    assert build_index([folder], index).added == 4
    again = build_index([folder], index, prune=True)
    assert (again.unchanged, again.removed, again.encoded) == (4, 0, 0)
    path.write_bytes(packed({"폴더/가람.md": text("가람"), "폴더/나래.md": text("마루")}))
    summary = build_index([folder], index)
    assert (summary.changed, summary.removed) == (1, 0)
    assert sorted(held(index)) == ["가람", "다솜", "라온", "마루"], "what has vanished stays until asked"
    assert build_index([folder], index, prune=True).removed == 1
    assert held(index)["가람"] == ["묶음.zip/폴더/가람.md"] and "다솜" not in held(index)
    path.unlink()
    assert build_index([folder], index, prune=True).removed == 2
    assert sorted(held(index)) == ["라온"]


def test_an_article_in_a_zip_and_beside_it_keeps_both_sources(tmp_path: Path) -> None:
    folder, index = tmp_path / "글", tmp_path / "index"
    folder.mkdir()
    (folder / "묶음.zip").write_bytes(packed({"가.md": text("가람"), "나.md": text("나래")}))
    (folder / "다.md").write_text(text("가람"), encoding="utf-8")
    build_index([folder], index)
    assert held(index)["가람"] == ["다.md", "묶음.zip/가.md"]
    build_index([folder / "다.md"], index)  # says nothing of the zip
    assert held(index)["가람"] == ["다.md", "묶음.zip/가.md"]
    (folder / "다.md").unlink()
    assert build_index([folder], index, prune=True).removed == 0
    assert held(index)["가람"] == ["묶음.zip/가.md"]


def test_unpacked_articles_leave_the_zip_that_is_gone(tmp_path: Path) -> None:
    folder, index = tmp_path / "글", tmp_path / "index"
    folder.mkdir()
    path = folder / "묶음.zip"
    path.write_bytes(packed({"가.md": text("가람"), "나.md": text("나래")}))
    build_index([folder], index)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    path.unlink()
    summary = build_index([folder], index)
    assert (summary.unchanged, summary.encoded) == (2, 0)
    assert held(index) == {"가람": ["가.md"], "나래": ["나.md"]}


def test_one_zip_under_two_names_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "가.zip").write_bytes(packed({"가.md": text("가람")}))
    os.link(tmp_path / "가.zip", tmp_path / "나.txt")
    (tmp_path / "다.zip").symlink_to(tmp_path / "가.zip")
    found = read_articles([tmp_path / "가.zip", tmp_path / "다.zip"])
    assert len(found.articles) == 1 and found.skipped == []


def test_names_are_looked_up_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "묶음.zip"
    path.write_bytes(packed({"가.md": text("가람")}))
    opened = []
    monkeypatch.setattr(archives, "Zip", lambda data: opened.append(data) or Zip(data))
    assert is_in_archive(f"{path}/가.md") and not is_in_archive(f"{path}/나.md")
    assert len(opened) == 1
    path.write_bytes(packed({"나.md": text("나래")}))
    os.utime(path, ns=(time.time_ns(), time.time_ns() + 1))
    assert is_in_archive(f"{path}/나.md") and len(opened) == 2


WHOLE = packed({"가.txt": STORY.format("가람"), "폴더/나.md": text("나래")})


@settings(max_examples=200, deadline=None)
@example(WHOLE)
@given(
    st.one_of(
        st.binary(max_size=200).map(lambda data: b"PK\x03\x04" + data),
        st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8)).map(
            lambda change: WHOLE[: change[0]] + change[1] + WHOLE[change[0] + len(change[1]) :]
        ),
        st.binary(min_size=1, max_size=40).map(lambda name: entry(name)),
        st.tuples(st.binary(min_size=1, max_size=9), st.integers(0, 0xFFFF)).map(lambda of: entry(*of)),
    )
)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.zip"
    path.write_bytes(data)
    with suppress(ArticleError):
        found = read_file(path, "묶음.zip")
        assert all(article.source.isprintable() and "\\" not in article.source for article in found.articles)
