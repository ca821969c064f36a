"""How near the encoder comes to what the machine can do: ``python -m eval.encoding``.

The peak is measured in the same run: one large matrix product, run by OpenVINO (oneDNN) as the encoder is, on all cores.
Texts are made of random tokens, so that only their number matters.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eval.question_sets import SEEDS
from index.encoder import Encoder, load_encoder
from index.model_cache import STATIC_MODEL
from index.model_quantize import RUN_WITH, quantize
from index.reading import read_articles

SIDE = 2048
"""Rows and columns of the product that tells the peak."""
STREAMS = {"PERFORMANCE_HINT": "THROUGHPUT"}
LENGTHS = {"question": 24, "window": 70, "passage": 300}
"""Tokens: of KorQuAD the median question and window with their prompts, and a passage."""
WIDTH, LAYERS = 384, 12
TEXTS = 64
REPEATS = 5

Run = dict[str, Any]


def peaks() -> dict[str, Callable[[], float]]:
    """For each way to multiply, what measures its GFLOP/s; integer ways do as many integer operations."""
    exact, rounded = _product(), _product()
    quantize(rounded)
    return {
        "float32": _rate(exact, {"INFERENCE_PRECISION_HINT": "f32"}),
        "bfloat16": _rate(exact, {"INFERENCE_PRECISION_HINT": "bf16"}),
        "int8, activations rounded on the way": _rate(rounded, RUN_WITH),
    }


def floating_operations(tokens: int) -> int:
    """Of one text through the default encoder's body, two for each multiplication with addition."""
    products = (
        12 * WIDTH * WIDTH
    )  # query, key, value, output; into the inner layer, four times as wide, and out of it
    attention = 2 * tokens * WIDTH  # scores and their weighted sum
    return 2 * tokens * LAYERS * (products + attention)


def rate(encoder: Encoder, tokens: int) -> float:
    """Seconds for one of many texts of so many tokens, encoded as an index encodes them."""
    draw = np.random.default_rng(tokens)
    ids = [
        [0, *draw.integers(1000, 200_000, tokens - 2).tolist(), 2]
        for _ in range(max(TEXTS * 70 // tokens, 16))
    ]
    started = time.perf_counter()
    encoder._run_many(len(ids), iter(ids))
    return (time.perf_counter() - started) / len(ids)


def spent(encoder: Encoder, tokens: int) -> dict[str, float]:
    """The share of each kind of operation in one text's time, on all cores."""
    import openvino

    model = openvino.Core().compile_model(
        encoder.folder / "model.xml", "CPU", {"PERFORMANCE_HINT": "LATENCY", "PERF_COUNT": "YES", **RUN_WITH}
    )
    request = model.create_infer_request()
    inputs = (
        np.random.default_rng(0).normal(size=(1, tokens, encoder.card.dimensions)).astype(np.float32) * 0.05
    )
    seconds: Counter[str] = Counter()
    whole = 0.0
    for round_ in range(12):
        started = time.perf_counter()
        request.infer({0: inputs})
        if round_ >= 2:  # the first ones prepare
            whole += time.perf_counter() - started
            for node in request.profiling_info:
                seconds[node.node_type] += node.real_time.total_seconds()
    shares = {kind: value / whole for kind, value in seconds.most_common(6)}
    return shares | {"between operations": 1.0 - sum(seconds.values()) / whole}


def _product() -> Any:
    import openvino
    from openvino import opset13 as ops

    draw = np.random.default_rng(0)
    given = ops.parameter([SIDE, SIDE], np.float32)
    weights = ops.constant(draw.normal(size=(SIDE, SIDE)).astype(np.float32))
    return openvino.Model([ops.matmul(given, weights, False, True)], [given])


def _rate(model: Any, properties: dict[str, str]) -> Callable[[], float]:
    import openvino

    compiled = openvino.Core().compile_model(model, "CPU", {**STREAMS, **properties})
    queue = openvino.AsyncInferQueue(compiled)
    inputs = np.random.default_rng(1).normal(size=(SIDE, SIDE)).astype(np.float32)
    times = 2 * len(queue)

    def measure() -> float:
        started = time.perf_counter()
        for _ in range(times):
            queue.start_async({0: inputs}, share_inputs=True)
        queue.wait_all()
        return 2 * SIDE**3 * times / (time.perf_counter() - started) / 1e9

    measure()  # prepares
    return measure


def measure(static: bool) -> Run:
    """All figures, peaks and encoder taking turns; medians."""
    encoder = load_encoder()
    peak = peaks()
    found: dict[str, list[float]] = {name: [] for name in (*peak, *LENGTHS)}
    for _ in range(REPEATS + 1):
        for name, measured in peak.items():
            found[name].append(measured())
        for name, tokens in LENGTHS.items():
            found[name].append(rate(encoder, tokens))
    medians = {name: statistics.median(values[1:]) for name, values in found.items()}
    texts = {}
    for name, tokens in LENGTHS.items():
        gflops = floating_operations(tokens) / medians[name] / 1e9
        texts[name] = {
            "tokens": tokens,
            "ms": 1000 * medians[name],
            "GFLOP/s": gflops,
            "of the peaks": {kind: gflops / medians[kind] for kind in peak},
            "spent": spent(encoder, tokens),
        }
    run: Run = {"peaks, GFLOP/s": {name: medians[name] for name in peak}, "texts": texts}
    if static:
        run["static"] = _compared(encoder, load_encoder(STATIC_MODEL))
    return run


def _compared(encoder: Encoder, static: Encoder) -> dict[str, float]:
    """Texts a second of both models on the same texts: sentences of the project's articles, from text to vector."""
    sentences = [
        line.strip() for article in read_articles([SEEDS[1]]).articles for line in article.text.split("\n")
    ]
    texts = [text for text in sentences if len(text) > 20]
    found = {}
    for name, one, times in (("default", encoder, 1), ("static", static, 50)):
        one.encode_passages(texts)
        started = time.perf_counter()
        one.encode_passages(texts * times)
        found[f"{name}, texts/s"] = len(texts) * times / (time.perf_counter() - started)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.encoding", description=__doc__.splitlines()[0])
    parser.add_argument("--static", action="store_true", help=f"compare {STATIC_MODEL}, too")
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.static), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
