"""Guards: each finds one kind of difference between two sentences, and names it in the reason."""
