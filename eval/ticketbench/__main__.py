"""The `ticketbench` command, which `python -m ticketbench` is, too."""

import os
import sys


def main() -> None:
    """Run the command line and exit with its code.

    Signals come first: the commands take long enough to load for a Ctrl-C to fall into it, where
    Python shows a traceback.
    """
    from ticketbench.cli.signals import end_on_signals

    end_on_signals()
    from ticketbench.cli.main import main as run_command_line

    run_command_line()


if __name__ == "__main__":
    # `python -m` looks for modules in the working folder first; the command does not.
    try:
        here = os.getcwd()
    except OSError:  # a folder that is gone, which the command says
        here = ""
    if sys.path[:1] == [here] and not sys.flags.safe_path:
        del sys.path[0]
    main()
