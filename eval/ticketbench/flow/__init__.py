"""Floor 3: the verbs. One function per command, from config to values to files."""
