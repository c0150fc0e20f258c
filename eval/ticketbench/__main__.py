"""The `ticketbench` command, which `python -m ticketbench` is, too."""

import os
import sys

_FIRST_LOOK = 200_000
"""After so many new objects cycles among them are looked for, where Python would at 700: a small
command is at its end by then, and all of its classes and functions are kept until then.
"""


def main() -> None:
    """Run the command line and exit with its code.

    Signals come first: the commands take long enough to load for a Ctrl-C to fall into it, where
    Python shows a traceback.
    """
    from ticketbench.cli.signals import end_on_signals

    end_on_signals()
    _collect_late()
    from ticketbench.cli.main import main as run_command_line

    run_command_line()


def _collect_late() -> None:
    """Look for cycles for the first time after many objects, from then on as usual; and not once
    more at the end, when the system takes everything.
    """
    import atexit
    import gc

    usual = gc.get_threshold()

    def as_usual(phase: str, found: object) -> None:
        gc.set_threshold(*usual)
        gc.callbacks.remove(as_usual)

    gc.callbacks.append(as_usual)
    gc.set_threshold(_FIRST_LOOK)
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
