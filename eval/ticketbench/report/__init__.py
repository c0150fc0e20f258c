"""Floor 2: the pages. Values in, text and figures out; no arithmetic beyond formatting."""
