"""`python -m ticketbench` is the same as the `ticketbench` command."""

from ticketbench.cli.main import main

if __name__ == "__main__":
    main()
