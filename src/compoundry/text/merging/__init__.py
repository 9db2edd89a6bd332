"""Tell which insights are the same fact, and what follows: pair by pair, group by group."""
