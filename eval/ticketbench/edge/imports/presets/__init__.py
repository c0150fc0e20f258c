"""One file a tool: its records as tickets, found by its decorator."""
