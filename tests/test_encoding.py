"""What measures the encoder: its arithmetic, and that every figure is there. How fast it is, no test says."""

from __future__ import annotations

import pytest

from eval import encoding
from index.encoder import load_encoder


def test_operations_are_those_of_the_weights_and_of_attention() -> None:
    weights = 12 * (4 * 384 * 384 + 2 * 384 * 1536)  # what a token is multiplied with
    scores = 12 * 2 * 384  # for each token that a token looks at: its score, and its share of the sum
    for tokens in (1, 70, 300):
        assert encoding.floating_operations(tokens) == 2 * tokens * (weights + tokens * scores)


def test_every_way_to_multiply_has_a_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "SIDE", 128)
    rates = {name: measure() for name, measure in encoding.peaks().items()}
    assert len(rates) == 3 and all(rate > 0 for rate in rates.values())


def test_the_shares_of_a_texts_time_leave_nothing_out() -> None:
    shares = encoding.spent(load_encoder(), 24)
    assert "between operations" in shares
    products = max(shares, key=lambda kind: shares[kind])
    assert products.startswith("FullyConnected")
    assert 0.9 < sum(shares.values()) <= 1.001
    assert encoding.rate(load_encoder(), 24) > 0
