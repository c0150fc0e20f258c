"""The version of ticketbench, for every file and page that says what made it."""

__version__ = "0.1.0"
