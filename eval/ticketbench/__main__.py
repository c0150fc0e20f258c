"""The `ticketbench` command, which `python -m ticketbench` is, too."""

import os
import sys

_NEW_OBJECTS = 50_000
"""How many Python makes before it looks for cycles among them: with 700, as it is, a tenth of what
a small command takes goes into looks at classes and functions that are all kept.
"""


def main() -> None:
    """Run the command line and exit with its code.

    Signals come first: the commands take long enough to load for a Ctrl-C to fall into it, where
    Python shows a traceback.
    """
    from ticketbench.cli.signals import end_on_signals

    end_on_signals()
    _collect_seldom()
    from ticketbench.cli.main import main as run_command_line

    run_command_line()


def _collect_seldom() -> None:
    """Nor is everything looked through at the end, when the system takes it all."""
    import atexit
    import gc

    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)


if __name__ == "__main__":
    # `python -m` looks for modules in the working folder first; the command does not.
    try:
        here = os.getcwd()
    except OSError:  # a folder that is gone, which the command says
        here = ""
    if sys.path[:1] == [here] and not sys.flags.safe_path:
        del sys.path[0]
    main()
