"""Floor 4: the commands, thin. Each parses, calls one function of `flow`, prints."""
