"""The user's dictionary: read, applied to passages and questions, kept in the index, changed, dropped, refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Dictionary, GeungeoError, Index, build_index, index_articles, read_dictionary
from index.analyzer import Analyzer
from index.generations import DICTIONARY, current_generation
from rag import Retriever
from rag.cli import main

ARTICLE = "가람빛둘레 사업이 올해 문을 열었다. 시는 여기에 모두 삼십억 원을 들였고 내년에는 이웃 도시로 넓힌다고 밝혔다."


def forms(analyzer: Analyzer, text: str) -> list[str]:
    return [term.form for term in analyzer.terms_of(text)]


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text(
        "# 우리 이름\n가람빛둘레\n강변로봇,  GB로봇 , 지비봇 # 같은 회사\n\n가람빛둘레\n",
        encoding="utf-8-sig",
    )
    dictionary = read_dictionary(path)
    assert dictionary.names == ("가람빛둘레", "강변로봇", "GB로봇", "지비봇")
    assert dictionary.synonyms == ("강변로봇, GB로봇, 지비봇",)
    stored = tmp_path / "stored.txt"
    stored.write_text(dictionary.as_text(), encoding="utf-8")
    assert read_dictionary(stored) == dictionary


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xeb\xa7\x90\n\xb0\xa1\n", ":2"), (f"가\n{'나' * 51}\n".encode(), ":2"), ("가,,나".encode(), ":1"),
        ("가\n!!\n".encode(), ":2"), (b"a\x00b\n", ":1"),
    ],
)  # fmt: skip
def test_what_is_no_dictionary_is_refused_in_one_line(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(GeungeoError) as caught:
        read_dictionary(path)
    assert f"bad.txt{place}: " in str(caught.value) and "\n" not in str(caught.value)


def test_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.dictionary.MOST_ENTRIES", 2)
    path = tmp_path / "names.txt"
    path.write_text("가람\n나래\n가람\n", encoding="utf-8")
    assert len(read_dictionary(path).entries) == 2
    path.write_text("가람\n나래\n다솜\n", encoding="utf-8")
    with pytest.raises(GeungeoError, match="항목이 3개입니다"):
        read_dictionary(path)


def test_of_what_never_ends_no_more_is_read_than_a_dictionary_may_have() -> None:
    endless = Path("/dev/zero")
    if not endless.exists():
        pytest.skip("no such device on this system")
    with pytest.raises(GeungeoError, match="너무 큽니다"):
        read_dictionary(endless)


def test_the_command_line_refuses_a_missing_dictionary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone.txt"
    assert main(["index", str(tmp_path), "--index", str(tmp_path / "i"), "--dictionary", str(gone)]) == 2
    assert "gone.txt" in capsys.readouterr().err


def test_names_stay_whole_and_synonyms_become_one() -> None:
    plain = Analyzer()
    named = Analyzer(Dictionary((("SK하나로봇",), ("강변신문", "GB뉴스"))))
    assert forms(named, "SK하나로봇이 나왔다")[0] == "sk하나로봇"
    assert forms(plain, "SK하나로봇이 나왔다")[0] == "sk"
    assert forms(named, "강변신문") == forms(named, "GB뉴스") != []
    assert forms(plain, "강변신문") != forms(plain, "GB뉴스")
    # the common spellings hold on
    assert forms(named, "SK텔레콤") == forms(named, "SKT") == ["skt"]


def test_a_synonym_of_a_common_spelling_joins_it() -> None:
    named = Analyzer(Dictionary((("SK텔레콤", "스텔"),)))
    assert forms(named, "스텔") == forms(named, "SK텔레콤") == forms(named, "SKT") != []


def test_a_kiwi_of_its_own_only_for_a_dictionary() -> None:
    assert Analyzer(Dictionary()).kiwi is Analyzer().kiwi
    assert Analyzer(Dictionary((("가람빛둘레",),))).kiwi is not Analyzer().kiwi


def test_an_index_keeps_its_dictionary_until_it_is_given_another(tmp_path: Path) -> None:
    article = tmp_path / "articles" / "a.txt"
    article.parent.mkdir()
    article.write_text(ARTICLE, encoding="utf-8")
    folder = tmp_path / "index"
    synonyms = Dictionary((("가람빛둘레", "반짝길"),))
    build_index([article.parent], folder, dictionary=synonyms)
    generation, manifest = current_generation(folder)
    assert DICTIONARY in manifest.files and manifest.analyzer["dictionary"] == synonyms.digest()
    assert (generation / DICTIONARY).read_text(encoding="utf-8") == "가람빛둘레, 반짝길\n"

    retriever = Retriever.open(folder)
    assert retriever.search("반짝길", voices="lexical")
    assert retriever.index.analyzer.dictionary == synonyms

    summary = index_articles([], folder)  # kept
    assert summary.encoded == 0 and Index.open(folder).analyzer.dictionary == synonyms

    other = Dictionary((("가람빛둘레", "물가길"),))
    summary = index_articles([], folder, dictionary=other)  # changed: analysed anew, vectors kept
    assert summary.encoded == 0
    changed = Retriever.open(folder)
    assert changed.search("물가길", voices="lexical") and not changed.search("반짝길", voices="lexical")
    assert retriever.search("반짝길", voices="lexical")  # two dictionaries side by side

    index_articles([], folder, dictionary=Dictionary())  # dropped
    assert not Retriever.open(folder).search("물가길", voices="lexical")
    generation, manifest = current_generation(folder)
    assert DICTIONARY not in manifest.files and "dictionary" not in manifest.analyzer


def test_the_command_line_takes_and_drops_a_dictionary(tmp_path: Path) -> None:
    article, names, folder = tmp_path / "a.txt", tmp_path / "names.txt", tmp_path / "index"
    article.write_text(ARTICLE, encoding="utf-8")
    names.write_text("가람빛둘레\n", encoding="utf-8")
    arguments = ["index", str(article), "--index", str(folder), "--dictionary", str(names)]
    assert main(arguments) == 0
    assert Index.open(folder).analyzer.dictionary.names == ("가람빛둘레",)
    names.write_text("", encoding="utf-8")
    assert main(arguments) == 0
    assert not Index.open(folder).analyzer.dictionary.entries
