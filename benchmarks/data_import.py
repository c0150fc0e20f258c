"""What `data import` costs on a million tickets, beside reading them with pandas.

    python benchmarks/data_import.py [N]

Writes a CSV of N rows (1,000,000) of four columns with texts of about 120 characters into a
temporary folder; then, each in a process of its own, reads it with pandas and imports it without
any step on the texts. Prints CPU seconds, the largest memory, and their ratio, of which the import
may have 10 times the CPU and 400 MB. Pandas reads every cell as text, as an import has to; its own
start is not counted, that of the import is. Beside it stands what pandas takes where it may choose
types itself, which keeps texts as one block and makes no object of any.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

WORDS = (
    "invoice charge refund password export chart update page team office account seat mail".split()
)
LABELS = ("billing", "technical", "account", "general")

MEASURED = """
import json, resource, sys, time
{before}
began = time.process_time()
{work}
print(json.dumps([time.process_time() - began,
                  resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
START = "import pandas"
PANDAS = "pandas.read_csv(sys.argv[1], dtype=str)"
BY_BLOCK = "pandas.read_csv(sys.argv[1])"
OURS = """
from pathlib import Path
from ticketbench.flow.data.asked import ImportAsked
from ticketbench.flow.data.dataset import data_import
data_import(Path(sys.argv[1]), Path(sys.argv[2]), ImportAsked())
"""


def write_table(path: Path, n: int) -> None:
    """`n` made-up tickets, the same every time."""
    rng = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("id", "text", "label", "group"))
        for i in range(n):
            text = " ".join(rng.choices(WORDS, k=20))
            rows.writerow((f"t{i}", text, rng.choice(LABELS), f"c{i % 9973}"))


def measured(work: str, *arguments: str, before: str = "") -> tuple[float, float]:
    """CPU seconds of `work`, and megabytes, in a process of its own; `before` takes no time."""
    code = MEASURED.format(work=work, before=before)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    return seconds, megabytes


def main() -> None:
    """Measure once and print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder, "table.csv"), Path(folder, "out.csv")
        write_table(table, n)
        of_pandas = measured(PANDAS, str(table), before=START)
        by_block = measured(BY_BLOCK, str(table), before=START)
        ours = measured(OURS, str(table), str(out))
    print(f"{n:,} rows")
    print(f"pandas       {of_pandas[0]:6.1f} s CPU  {of_pandas[1]:6.0f} MB")
    print(f"  by block   {by_block[0]:6.1f} s CPU  {by_block[1]:6.0f} MB")
    print(f"data import  {ours[0]:6.1f} s CPU  {ours[1]:6.0f} MB  {ours[0] / of_pandas[0]:.1f} x")


if __name__ == "__main__":
    main()
