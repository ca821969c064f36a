"""How the cost of an index grows with it, and what a change of it costs."""
