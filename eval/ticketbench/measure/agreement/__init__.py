"""How often people who labelled the same tickets say the same."""
