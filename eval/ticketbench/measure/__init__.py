"""Floor 1: the maths. Arrays in, frozen dataclasses out; no clock, no files, no global state."""
