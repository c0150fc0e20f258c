"""Writing a decision log: whole lines, in a file of our own, whatever others do to it."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.production.log_writer import MOST_BYTES, LogWriter


def test_a_new_log_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    LogWriter(tmp_path / "log").write({"a": "é"})
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600
    assert (tmp_path / "log").read_bytes() == '{"a":"é"}\n'.encode()


@pytest.mark.parametrize("opened_before", [True, False])
def test_a_line_after_a_torn_one_is_whole(opened_before: bool, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b'{"a":1}\n')
    writer = LogWriter(log) if opened_before else None
    with log.open("ab") as other:
        other.write(b'{"a":')
    writer = writer or LogWriter(log)
    writer.write({"a": 2})
    writer.write({"a": 3})
    assert log.read_bytes().splitlines() == [b'{"a":1}', b'{"a":', b'{"a":2}', b'{"a":3}']


def test_scores_are_dropped_where_the_line_would_be_longer_than_4_kib(tmp_path: Path) -> None:
    writer = LogWriter(tmp_path / "log")
    fits = {"scores": {f"label {i}": 0.01 for i in range(10)}, "label": "a"}
    large = {"scores": {f"label {i}": 0.01 for i in range(400)}, "label": "a"}
    writer.write(fits)
    writer.write(large)
    first, second = (tmp_path / "log").read_bytes().splitlines(keepends=True)
    assert json.loads(first) == fits
    assert json.loads(second) == {"label": "a", "scores_dropped": True}
    exact = MOST_BYTES - len(b'{"label":""}\n')
    writer.write({"label": "x" * exact})
    with pytest.raises(ValueError, match="longer than"):
        writer.write({"label": "x" * (exact + 1)})


def test_what_is_no_number_of_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        LogWriter(tmp_path / "log").write({"score": float("nan")})
    assert (tmp_path / "log").read_bytes() == b""


def test_the_next_line_goes_to_the_file_that_took_the_path(tmp_path: Path) -> None:
    log = tmp_path / "log"
    writer = LogWriter(log)
    writer.write({"a": 1})
    log.rename(tmp_path / "log.1")
    writer.write({"a": 2})
    log.write_bytes(b"")  # as rotation by copying does
    writer.write({"a": 3})
    assert (tmp_path / "log.1").read_bytes() == b'{"a":1}\n'
    assert log.read_bytes() == b'{"a":3}\n'


def test_lines_of_many_threads_and_two_writers_are_all_whole(tmp_path: Path) -> None:
    writers = [LogWriter(tmp_path / "log"), LogWriter(tmp_path / "log")]

    def write(thread: int) -> None:
        for i in range(50):
            writers[thread % 2].write({"at": [thread, i], "padding": "x" * 2000})

    threads = [threading.Thread(target=write, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [one for one in (tmp_path / "log").read_bytes().splitlines() if one]
    found = sorted(json.loads(one)["at"] for one in lines)
    assert found == [[thread, i] for thread in range(20) for i in range(50)]


def test_a_path_that_cannot_be_written_is_an_error_of_input(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "gone" / "log", tmp_path / "pipe"):
        with pytest.raises(InputError, match="decision log") as refused:
            LogWriter(path)
        assert refused.value.problems[0].where == str(path)


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
def test_a_line_that_was_cut_by_a_limit_is_an_error_and_the_next_one_is_whole(
    tmp_path: Path,
) -> None:
    import resource
    import signal

    writer, before = LogWriter(tmp_path / "log"), resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(OSError, match="only 10 of"):
            writer.write({"a": "x" * 100})
        with pytest.raises(OSError, match="File too large"):
            writer.write({"a": "y"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    writer.write({"a": "z"})
    assert (tmp_path / "log").read_bytes().splitlines() == [b'{"a":"xxxx', b'{"a":"z"}']
