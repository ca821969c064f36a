"""Other systems measured beside this one: the same passages, questions, weights and cores. Needs ``geungeo[peers]``."""
