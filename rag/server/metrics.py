"""What is counted for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset(("GET", "HEAD", "POST", "DELETE"))


class Metrics:
    """The counters of one server; several may live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            self._registry.register(collector)
        own = self._registry
        labels = ["route", "method", "status"]
        self._requests = Counter("geungeo_requests", "Requests answered.", labels, registry=own)
        self._seconds = Histogram(
            "geungeo_request_seconds", "Seconds from a request to the end of its answer.", ["route"],
            buckets=SECONDS, registry=own,
        )  # fmt: skip
        self.in_flight = Gauge("geungeo_requests_in_flight", "Requests being answered.", registry=own)
        self.answers = Counter(
            "geungeo_answers", "Answers of the API, and how they came out.", ["outcome"], registry=own
        )
        for outcome in ("answered", "abstained"):
            self.answers.labels(outcome)
        self.refused = Counter(
            "geungeo_refused", "Requests turned away for lack of room or time.", ["reason"], registry=own
        )

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A figure that is looked up whenever it is asked for."""
        Gauge(f"geungeo_{name}", text, registry=self._registry).set_function(value)

    def finished(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts a request. Methods are named only where we know them: whoever asks chooses them."""
        known = method if method in METHODS else "other"
        self._requests.labels(route, known, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)
