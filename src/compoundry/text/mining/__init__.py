"""Find what recurs: groups of sentences, what follows what, what goes together, what comes at its time."""
