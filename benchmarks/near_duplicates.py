"""Near-duplicates of texts made of real sentences: CPU and peak memory of whole processes, in turn.

TICKETBENCH_TEST_DATA=<folder of sets> python benchmarks/near_duplicates.py [texts, default 10000]

Two to seven real sentences a text (real_texts.py), 4 % near-copies. Beside our search the
sparse product of all texts with themselves (up to 20,000 texts: it grows as the square), and
datasketch with as many bands and the same exact check, where it is installed; every way must find
the same number of groups.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys

import numpy as np
from cost import so_far
from real_texts import texts

ROUNDS = 3
MOST_PRODUCT = 20_000


def ours(tickets: list[str]) -> int:
    """The number of groups as the product finds them."""
    from ticketbench.measure.sample.near_duplicates import near_duplicate_groups

    return near_duplicate_groups(tickets).n_groups


def sets_of(tickets: list[str]) -> list[set[str]]:
    """The shingles of each different text."""
    from ticketbench.measure.sample.near_duplicates import normalised

    plain = sorted(set(normalised(tickets)))
    return [{text[i : i + 5] for i in range(max(1, len(text) - 4))} for text in plain]


def n_components(n: int, left: list[int], right: list[int]) -> int:
    """How many groups these links leave."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    links = sparse.coo_array((np.ones(len(left)), (left, right)), shape=(n, n))
    return int(connected_components(links, directed=False)[0])


def product(tickets: list[str]) -> int:
    """The number of groups by the exact similarity of all pairs, 200 texts at a time."""
    from scipy import sparse

    sets, column = sets_of(tickets), dict[str, int]()
    ends = np.cumsum([0, *map(len, sets)])
    indices = np.array([column.setdefault(s, len(column)) for own in sets for s in own])
    has = sparse.csr_array((np.ones(len(indices), np.int32), indices, ends))
    size, left, right = np.diff(ends), list[int](), list[int]()
    for start in range(0, len(sets), 200):
        common = (has[start : start + 200] @ has.T).tocoo()
        row = common.row + start
        near = 20 * common.data >= 17 * (size[row] + size[common.col] - common.data)
        left += row[near].tolist()
        right += common.col[near].tolist()
    return n_components(len(sets), left, right)


def datasketch(tickets: list[str]) -> int:
    """The number of groups by the library's MinHash and LSH, each candidate checked."""
    from datasketch import MinHash, MinHashLSH

    sets = sets_of(tickets)
    lsh = MinHashLSH(num_perm=64, params=(16, 4))
    left, right = list[int](), list[int]()
    for i, own in enumerate(sets):
        signed = MinHash(num_perm=64)
        signed.update_batch([s.encode("utf-8", "surrogatepass") for s in own])
        for j in lsh.query(signed):
            common = len(own & sets[j])
            if 20 * common >= 17 * (len(own) + len(sets[j]) - common):
                left.append(i)
                right.append(j)
        lsh.insert(i, signed)
    return n_components(len(sets), left, right)


WAYS = {"ours": ours, "product of all pairs": product, "datasketch": datasketch}


def measured(way: str, n: int) -> tuple[float, float, int]:
    """CPU seconds, peak MiB and groups of one whole process."""
    command = [sys.executable, __file__, str(n), way]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
    cpu, peak, groups = done.stdout.split()
    return float(cpu), float(peak), int(groups)


def one(way: str, n: int) -> None:
    """Search once and print what this process took, without making the texts."""
    tickets = texts(n)
    before = so_far()
    groups = WAYS[way](tickets)
    used = so_far()
    print(used.cpu_s - before.cpu_s, used.peak_mib, groups)


def main() -> None:
    """Print the medians of each way, and how many times ours it takes."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if len(sys.argv) > 2:
        return one(sys.argv[2], n)
    left_out = {"product of all pairs"} if n > MOST_PRODUCT else set[str]()
    if importlib.util.find_spec("datasketch") is None:
        left_out.add("datasketch")
    ways = [way for way in WAYS if way not in left_out]
    runs: dict[str, list[tuple[float, float, int]]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            runs[way].append(measured(way, n))
    medians = {
        w: [statistics.median(part) for part in zip(*r, strict=True)] for w, r in runs.items()
    }
    own_cpu, own_peak, _ = medians["ours"]
    for way, (cpu, peak, groups) in medians.items():
        ratio = f"{cpu / own_cpu:.1f}x CPU, {peak / own_peak:.1f}x peak"
        print(f"{way:>20}: {cpu:7.2f} s {peak:6.0f} MiB {groups:,.0f} groups  {ratio}")
    assert len({groups for _, _, groups in medians.values()}) == 1, "the ways do not agree"
    return None


if __name__ == "__main__":
    main()
