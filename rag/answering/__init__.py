"""Answers without a language model: how sure they are, what is quoted, what agrees and what differs."""
