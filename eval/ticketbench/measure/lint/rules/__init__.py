"""The rules of lint, by what they look at: one question, its words, two questions, the set."""
