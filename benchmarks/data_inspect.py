"""What a look into a million tickets costs, beside reading them with pandas.

    python benchmarks/data_inspect.py [N]

Of the table of `data_import.py`, all in one run and each in a
process of its own: reading with pandas, `data inspect`, and `data inspect --all` on a tenth of the
rows. Prints CPU seconds and the largest memory, of which a look may have 400 MB.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from data_import import PANDAS, START, measured, write_table

OURS = """
from pathlib import Path
from ticketbench.flow.data.inspection.inspect import inspect
inspect(Path(sys.argv[1]), everything=len(sys.argv) > 2)
"""


def main() -> None:
    """Measure once and print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        table, tenth = Path(folder, "table.csv"), Path(folder, "tenth.csv")
        write_table(table, n)
        write_table(tenth, n // 10)
        found = {
            f"pandas, {n:,} rows": measured(PANDAS, str(table), before=START),
            f"data inspect, {n:,} rows": measured(OURS, str(table)),
            f"data inspect --all, {n // 10:,} rows": measured(OURS, str(tenth), "all"),
        }
    for name, (seconds, megabytes) in found.items():
        print(f"{name:<36} {seconds:6.1f} s CPU  {megabytes:6.0f} MB")


if __name__ == "__main__":
    main()
