"""From a question to ranked passages: fusion of the searches, the second look, times, near-duplicates."""
