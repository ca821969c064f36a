"""Measures retrieval and answers: gold questions, metrics, baselines. Run from a checkout: ``python -m eval``."""
