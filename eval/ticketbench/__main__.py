"""The `ticketbench` command, which `python -m ticketbench` is, too."""

from ticketbench.cli.signals import end_on_signals


def main() -> None:
    """Run the command line and exit with its code.

    Signals come first: the commands take long enough to load for a Ctrl-C to fall into it, where
    Python shows a traceback.
    """
    end_on_signals()
    from ticketbench.cli.main import main as run_command_line

    run_command_line()


if __name__ == "__main__":
    main()
