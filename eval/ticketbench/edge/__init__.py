"""Floor 1: the world. Files, HTTP, the answer cache and the embedded engine."""
