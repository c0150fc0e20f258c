"""How fast, and in how much memory, a table of a million rows is read: CPU seconds of one run.

python benchmarks/foreign_tables.py [ROWS]
"""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 1_000_000
WORDS = "the invoice for May lists a seat we removed in April, please look at it again".split()
LABELS = ("billing", "technical", "account", "general")

READERS = {
    "pandas": ("import pandas", "n = len(pandas.read_csv(path))"),
    "ours": (
        "from pathlib import Path; from ticketbench.edge.tables.reading import open_table",
        "n = 0\nfor row in open_table(Path(path)).rows: n += 1",
    ),
}
CHILD = """
import resource, sys, time
path = sys.argv[1]
{imports}
start = time.process_time()
{code}
used = time.process_time() - start
print(n, used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def write_table(path: Path, rows: int) -> None:
    """Four columns: an id, a text of about 120 characters, a label and a group."""
    draw = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "label", "group"))
        for i in range(rows):
            text = " ".join(draw.choices(WORDS, k=draw.randint(12, 36)))
            writer.writerow((f"T-{i}", text, draw.choice(LABELS), f"customer-{i % 5000}"))


def measured(imports: str, code: str, path: Path) -> tuple[int, float, float]:
    """Rows, CPU seconds of reading and largest memory (MB) of a process that does nothing else."""
    program = [sys.executable, "-c", CHILD.format(imports=imports, code=code), str(path)]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    n, seconds, memory = done.stdout.split()
    return int(n), float(seconds), float(memory)


def main() -> None:
    """Print CPU and memory of pandas and of ours, and their ratio."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.csv"
        write_table(path, rows)
        size = path.stat().st_size / 1e6
        found = {name: measured(*code, path) for name, code in READERS.items()}
    for name, (n, seconds, memory) in found.items():
        print(f"{name:7} {n} rows of {size:.0f} MB: {seconds:.2f} s CPU, {memory:.0f} MB at most")
    print(f"ours / pandas: {found['ours'][1] / found['pandas'][1]:.2f} of the CPU of reading")


if __name__ == "__main__":
    main()
