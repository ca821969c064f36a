"""What a question asks: cleaning and correcting it, the kind of answer it wants, its parts, times and figures."""
