"""Files from strangers: what carries code would leave something called `owned` in the project.

Each function below puts one of them into a project that works; its decorator says which exit codes
commands must have then. The others may end with 0, 2, 3 or 5.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import pickle
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from crash.projects import CONFIG
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.rows import Stored, encoded_row

URL = "local://lexical/v1/classify"
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
HUGE = 5_000_000_000
HARMLESS = {"validate": 0, "replay": 0, "info": 0, "import": 0}
MISSING = {"validate": 0, "replay": 3, "info": 0}
REFUSED = {"validate": 0, "replay": 5, "info": 5, "import": 5}
BAD_RECORDING = {"validate": 0, "replay": 2, "info": 2, "import": 2}
UNREAD_RECORDING = {**BAD_RECORDING, "validate": 2}
"""One whose first line is never reached."""
BAD_INPUT = {"validate": 2, "replay": 2, "info": 2, "import": 2}

Put = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file, where a project finds its answers (`cache` or `recording`), and exit codes."""

    put: Put
    answers: str
    codes: Mapping[str, int]


FILES: dict[str, Hostile] = {}


def hostile(codes: Mapping[str, int], *, answers: str = "cache") -> Callable[[Put], Put]:
    def add(put: Put) -> Put:
        FILES[put.__name__.replace("_", " ")] = Hostile(put, answers, codes)
        return put

    return add


class Payload:
    """Unpickled, it makes `owned`."""

    def __init__(self, folder: Path) -> None:
        self._path = str(folder / "owned")

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self._path,)


def pickled(folder: Path) -> bytes:
    return pickle.dumps(Payload(folder))


# --- caches


def cache_of(folder: Path) -> Path:
    return folder / "answers.sqlite"


def set_rows(folder: Path, value: object) -> None:
    with closing(sqlite3.connect(cache_of(folder))) as connection, connection:
        connection.execute("UPDATE responses SET value = ?", (value,))


def script(folder: Path, text: str) -> None:
    with closing(sqlite3.connect(cache_of(folder))) as connection:
        connection.executescript(text.replace("OWNED", str(folder / "owned")))


def answers_in(folder: Path) -> dict[str, Stored]:
    with AnswerCache(cache_of(folder)) as cache:
        return cache.read(cache.stored_keys())[0]


def other_answer(answer: Mapping[str, Any]) -> bytes:
    """All to the last label: valid, and not what the endpoint said."""
    labels = list(answer["scores"])
    scores = dict.fromkeys(labels, 0.0) | {labels[-1]: 1.0}
    return json.dumps({"top_label": labels[-1], "scores": scores}).encode()


def set_answers(folder: Path, change: Callable[[dict[str, Any]], bytes]) -> None:
    """Every row with another answer and the digest of that one."""
    changed = {
        key: Stored(change(json.loads(one.content)), one.url, one.recorded_at)
        for key, one in answers_in(folder).items()
    }
    with AnswerCache(cache_of(folder)) as cache:
        cache.save(changed)


@hostile(REFUSED)
def a_pickle_as_the_cache(folder: Path) -> None:
    cache_of(folder).write_bytes(pickled(folder))


@hostile(REFUSED)
def a_script_as_the_cache(folder: Path) -> None:
    cache_of(folder).write_text("import os; os.mkdir('owned')")


@hostile(REFUSED)
def an_sqlite_header_and_noise_as_the_cache(folder: Path) -> None:
    cache_of(folder).write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)


@hostile(REFUSED)
def a_cache_that_the_library_wrote_with_pickle(folder: Path) -> None:
    cache_of(folder).unlink()
    script(
        folder,
        "CREATE TABLE responses (key TEXT PRIMARY KEY, value BLOB, expires INTEGER);"
        "CREATE TABLE redirects (key TEXT PRIMARY KEY, value BLOB);",
    )
    with closing(sqlite3.connect(cache_of(folder))) as connection, connection:
        connection.execute("INSERT INTO responses VALUES ('a', ?, NULL)", (pickled(folder),))


@hostile(MISSING)
def a_pickle_in_every_row(folder: Path) -> None:
    set_rows(folder, pickled(folder))


@hostile(MISSING)
def a_pickle_in_base64_in_every_row(folder: Path) -> None:
    set_rows(folder, base64.b64encode(pickled(folder)).decode())


@hostile(MISSING)
def a_pickle_as_the_answer_with_a_matching_digest(folder: Path) -> None:
    set_rows(folder, encoded_row(Stored(pickled(folder), URL, NOON)))


@hostile(MISSING)
def rows_that_name_a_class(folder: Path) -> None:
    value = {
        "__class__": "os.mkdir",
        "py/object": "os.mkdir",
        "py/reduce": [{"py/function": "os.mkdir"}, {"py/tuple": [str(folder / "owned")]}],
        "_content": {"__reduce__": ["os.mkdir", [str(folder / "owned")]]},
    }
    set_rows(folder, json.dumps(value))


@hostile(MISSING)
def rows_nested_very_deeply(folder: Path) -> None:
    set_rows(folder, '{"_content":' + "[" * 300_000)


@hostile(MISSING)
def answers_nested_very_deeply_with_a_matching_digest(folder: Path) -> None:
    set_answers(folder, lambda _: b'{"scores":' * 100_000)


@hostile(MISSING)
def stored_answers_whose_scores_sum_to_2(folder: Path) -> None:
    def change(answer: dict[str, Any]) -> bytes:
        doubled = {name: 2 * score for name, score in answer["scores"].items()}
        return json.dumps({**answer, "scores": doubled}).encode()

    set_answers(folder, change)


@hostile(MISSING)
def stored_answers_that_are_not_numbers(folder: Path) -> None:
    set_answers(folder, lambda a: json.dumps(a).replace("0.", "NaN, ", 1).encode())


@hostile(MISSING)
def stored_answers_with_integers_of_5000_digits(folder: Path) -> None:
    def change(answer: dict[str, Any]) -> bytes:
        first = next(iter(answer["scores"]))
        return (
            json.dumps({**answer, "scores": {**answer["scores"], first: 0}})
            .encode()
            .replace(b'": 0,', b'": 1' + b"0" * 5_000 + b",")
        )

    set_answers(folder, change)


@hostile({**REFUSED, "validate": 0})
def a_view_without_end_in_place_of_the_answers(folder: Path) -> None:
    script(
        folder,
        "DROP TABLE responses; CREATE VIEW responses AS "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT 'k' || i AS key, 'v' AS value, NULL AS expires FROM n;",
    )


@hostile(REFUSED)
def a_view_that_loads_a_library(folder: Path) -> None:
    script(
        folder,
        "ALTER TABLE responses RENAME TO redirects2; DROP TABLE redirects;"
        "ALTER TABLE redirects2 RENAME TO redirects; CREATE VIEW responses AS SELECT key, "
        "load_extension('OWNED.so') AS value, expires FROM redirects;",
    )


@hostile(REFUSED)
def a_trigger_that_writes_a_file(folder: Path) -> None:
    script(
        folder,
        "CREATE TRIGGER extra AFTER INSERT ON responses BEGIN SELECT writefile('OWNED', 'x'); END;",
    )


@hostile(REFUSED)
def a_trigger_that_exchanges_what_is_imported(folder: Path) -> None:
    one = next(iter(answers_in(folder).values()))
    content = other_answer(json.loads(one.content))
    row = encoded_row(Stored(content, one.url, one.recorded_at)).replace("'", "''")
    script(
        folder,
        "DELETE FROM responses; CREATE TRIGGER extra AFTER INSERT ON responses BEGIN "
        f"UPDATE responses SET value = '{row}' WHERE key = new.key; END;",
    )


@hostile(REFUSED)
def a_trigger_of_our_name_that_exchanges_what_is_imported(folder: Path) -> None:
    script(folder, "DROP TRIGGER ticketbench_insert")
    one = next(iter(answers_in(folder).values()))
    content = other_answer(json.loads(one.content))
    row = encoded_row(Stored(content, one.url, one.recorded_at)).replace("'", "''")
    script(
        folder,
        "DELETE FROM responses; CREATE TRIGGER ticketbench_insert AFTER INSERT ON responses BEGIN "
        f"UPDATE responses SET value = '{row}' WHERE key = new.key; END;",
    )


@hostile(REFUSED)
def a_schema_that_was_written_by_hand(folder: Path) -> None:
    script(
        folder,
        "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = "
        "'CREATE TABLE responses (key, value, expires AS (writefile(''OWNED'', 1)))' "
        "WHERE name = 'responses';",
    )


@hostile(REFUSED)
def a_folder_as_the_cache(folder: Path) -> None:
    cache_of(folder).unlink()
    (cache_of(folder) / "owned.d").mkdir(parents=True)


@hostile(REFUSED)
def a_pipe_as_the_cache(folder: Path) -> None:
    cache_of(folder).unlink()
    os.mkfifo(cache_of(folder))


@hostile(REFUSED)
def a_device_without_end_as_the_cache(folder: Path) -> None:
    cache_of(folder).unlink()
    cache_of(folder).symlink_to("/dev/zero")


# --- recordings


def recording_of(folder: Path) -> Path:
    return folder / "answers.jsonl"


def canonical(answer: object) -> str:
    return json.dumps(answer, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def set_lines(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Every answer changed, with the digest of what its line says then."""
    first, *texts = recording_of(folder).read_text(encoding="utf-8").splitlines()
    lines = [first]
    for text in texts:
        line = json.loads(text)
        line["answer"] = change(line)
        covered = {name: value for name, value in line.items() if name != "sha256"}
        line["sha256"] = hashlib.sha256(canonical(covered).encode()).hexdigest()
        lines.append(canonical(line))
    recording_of(folder).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def packed(folder: Path, content: bytes) -> None:
    edit(folder, "answers.jsonl", "answers.jsonl.gz")
    (folder / "answers.jsonl.gz").write_bytes(content)


def long_hole(path: Path) -> None:
    """A file of 5 GB that takes no space."""
    with path.open("wb") as file:
        file.truncate(HUGE)


@hostile(BAD_RECORDING, answers="recording")
def a_pickle_as_the_recording(folder: Path) -> None:
    recording_of(folder).write_bytes(pickled(folder))


@hostile(BAD_RECORDING, answers="recording")
def a_packed_pickle_as_the_recording(folder: Path) -> None:
    packed(folder, gzip.compress(pickled(folder)))


@hostile(BAD_RECORDING, answers="recording")
def a_pickle_in_every_line(folder: Path) -> None:
    text = base64.b64encode(pickled(folder)).decode()
    set_lines(folder, lambda line: {**line["answer"], "__reduce__": text})


@hostile(BAD_RECORDING, answers="recording")
def lines_that_name_a_class(folder: Path) -> None:
    set_lines(folder, lambda line: {"__class__": "os.mkdir", "py/object": "os.mkdir"})


@hostile(BAD_RECORDING, answers="recording")
def a_line_nested_very_deeply(folder: Path) -> None:
    recording_of(folder).write_text('{"answer":' + "[" * 200_000 + "\n")


@hostile(BAD_RECORDING, answers="recording")
def an_answer_altered_without_its_digest(folder: Path) -> None:
    text = recording_of(folder).read_text(encoding="utf-8")
    recording_of(folder).write_text(text.replace('"scores":{', '"scores":{"owned":0.5,', 1))


@hostile(BAD_RECORDING, answers="recording")
def recorded_answers_whose_scores_sum_to_2(folder: Path) -> None:
    def change(line: dict[str, Any]) -> object:
        doubled = {name: 2 * score for name, score in line["answer"]["scores"].items()}
        return {**line["answer"], "scores": doubled}

    set_lines(folder, change)


@hostile({"validate": 0, "replay": 3, "info": 0}, answers="recording")
def recorded_answers_for_another_label(folder: Path) -> None:
    set_lines(folder, lambda line: {"scores": {"a": 0.5, "__class__": 0.5}, "top_label": "a"})


@hostile(BAD_RECORDING, answers="recording")
def recorded_scores_that_are_not_numbers(folder: Path) -> None:
    set_lines(folder, lambda line: {**line["answer"], "scores": {"a": float("nan"), "b": 1.0}})


@hostile(BAD_RECORDING, answers="recording")
def recorded_scores_of_5000_digits(folder: Path) -> None:
    set_lines(folder, lambda line: {**line["answer"], "scores": {"a": 0.5, "b": 777}})
    text = recording_of(folder).read_text(encoding="utf-8")
    recording_of(folder).write_text(text.replace("777", "7" * 5_000))


@hostile(BAD_RECORDING, answers="recording")
def keys_that_are_paths(folder: Path) -> None:
    first, text, *_ = recording_of(folder).read_text(encoding="utf-8").splitlines()
    line = {**json.loads(text), "key": "../../owned"}
    recording_of(folder).write_text(f"{first}\n{canonical(line)}\n")


@hostile(UNREAD_RECORDING, answers="recording")
def a_gzip_bomb_as_the_recording(folder: Path) -> None:
    packed(folder, gzip.compress(b"\n" * 49_000_000))


@hostile(UNREAD_RECORDING, answers="recording")
def a_gzip_bomb_beyond_every_limit_as_the_recording(folder: Path) -> None:
    packed(folder, gzip.compress(b"\0" * 10_000_000) * 400)


@hostile(UNREAD_RECORDING, answers="recording")
def a_recording_of_200001_lines(folder: Path) -> None:
    first = recording_of(folder).read_text(encoding="utf-8").splitlines()[0]
    recording_of(folder).write_text(f"{first}\n" + "\n" * 200_001)


@hostile(BAD_RECORDING, answers="recording")
def a_line_of_2_megabytes(folder: Path) -> None:
    first, line, *rest = recording_of(folder).read_text(encoding="utf-8").splitlines()
    text = "\n".join([first, f"{line}{' ' * 2_000_000}", *rest])
    recording_of(folder).write_text(f"{text}\n")


@hostile(UNREAD_RECORDING, answers="recording")
def a_recording_of_5_gigabytes(folder: Path) -> None:
    long_hole(recording_of(folder))


@hostile(BAD_INPUT, answers="recording")
def a_device_without_end_as_the_recording(folder: Path) -> None:
    recording_of(folder).unlink()
    recording_of(folder).symlink_to("/dev/zero")


# --- rubric files


def set_rubrics(folder: Path, text: str) -> None:
    (folder / "v1.yaml").write_text(text, encoding="utf-8")


@hostile(BAD_INPUT)
def a_rubric_file_that_applies_a_function(folder: Path) -> None:
    set_rubrics(folder, f"- !!python/object/apply:os.mkdir ['{folder}/owned']\n")


@hostile(BAD_INPUT)
def a_rubric_file_that_names_an_object(folder: Path) -> None:
    set_rubrics(folder, "- {name: a, rubric: !!python/name:os.mkdir ''}\n- {name: b, rubric: b}\n")


@hostile(BAD_INPUT)
def a_rubric_file_with_a_module_as_tag(folder: Path) -> None:
    set_rubrics(folder, "!!python/module:os.path\n- {name: a, rubric: a}\n")


@hostile(BAD_INPUT)
def a_rubric_file_of_aliases_of_aliases(folder: Path) -> None:
    lines = ['a0: &a0 ["x", "x", "x", "x", "x", "x", "x", "x", "x"]']
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    set_rubrics(folder, "\n".join(lines))


@hostile(BAD_INPUT)
def a_rubric_file_nested_very_deeply(folder: Path) -> None:
    set_rubrics(folder, "[" * 20_000)


@hostile(BAD_INPUT)
def a_rubric_file_of_5_gigabytes(folder: Path) -> None:
    long_hole(folder / "v1.yaml")


@hostile(BAD_INPUT)
def a_rubric_file_that_extends_a_device(folder: Path) -> None:
    set_rubrics(folder, "extends: /dev/zero\n")


@hostile(BAD_INPUT)
def a_rubric_file_that_extends_itself(folder: Path) -> None:
    set_rubrics(folder, "extends: ../" + folder.name + "/v1.yaml\n")


@hostile(BAD_INPUT)
def a_rubric_file_that_is_a_pickle(folder: Path) -> None:
    (folder / "v1.yaml").write_bytes(pickled(folder))


@hostile(BAD_INPUT)
def a_rubric_file_that_is_python(folder: Path) -> None:
    (folder / "v1.py").write_text("import os\nos.mkdir('owned')\nLABELS = []\n")
    edit(folder, "v1.yaml", "v1.py")


@hostile({"validate": 0, "replay": 3, "info": 0})
def rubrics_that_are_templates(folder: Path) -> None:
    """Text stays text; the stored answers are for other rubrics."""
    text = "{{ ''.__class__.__mro__[1].__subclasses__() }}{% include '/etc/passwd' %}${owned}"
    names = ("billing", "technical", "account")
    set_rubrics(folder, "".join(f'- {{name: {name}, rubric: "{text}"}}\n' for name in names))


# --- configs


def edit(folder: Path, old: str, new: str) -> None:
    text = (folder / CONFIG).read_text(encoding="utf-8")
    assert old in text
    (folder / CONFIG).write_text(text.replace(old, new), encoding="utf-8")


@hostile(BAD_INPUT)
def a_set_name_that_leads_out(folder: Path) -> None:
    edit(folder, "{v1: ", '{"../../owned": ')


@hostile(BAD_INPUT)
def a_set_name_that_is_an_absolute_path(folder: Path) -> None:
    edit(folder, "{v1: ", f'{{"{folder}/owned": ')


@hostile(BAD_INPUT)
def a_config_that_applies_a_function(folder: Path) -> None:
    edit(folder, "version: 1", f"version: !!python/object/apply:os.mkdir ['{folder}/owned']")


@hostile(BAD_INPUT)
def a_config_with_a_merged_alias(folder: Path) -> None:
    edit(folder, "version: 1", "version: 1\nreport: &r {figures: false}\ngates: [{<<: *r}]")


@hostile(BAD_INPUT)
def a_config_with_an_integer_of_200000_digits(folder: Path) -> None:
    edit(folder, "concurrency: 4", f"concurrency: 1{'0' * 200_000}")


@hostile(BAD_INPUT)
def a_config_with_an_endless_timeout(folder: Path) -> None:
    edit(folder, "concurrency: 4", "timeout_s: .inf")


@hostile(BAD_INPUT)
def a_config_nested_very_deeply(folder: Path) -> None:
    edit(folder, "version: 1", f"version: {'{a: ' * 20_000}")


@hostile(BAD_INPUT)
def a_config_of_5_gigabytes(folder: Path) -> None:
    long_hole(folder / CONFIG)


@hostile({"validate": 2})
def a_config_that_asks_a_file(folder: Path) -> None:
    edit(folder, URL, "file:///etc/passwd")


@hostile({"validate": 2})
def a_config_that_asks_another_host_in_clear(folder: Path) -> None:
    edit(folder, URL, "http://owned.example/classify")


@hostile({"validate": 0, "replay": 3, "info": 0})
def a_cache_name_that_is_an_sqlite_uri(folder: Path) -> None:
    """Taken as it stands: a file of that name, which is not there."""
    edit(folder, "cache: answers.sqlite", 'cache: "file:owned?mode=rwc&vfs=unix-none"')


@hostile({"validate": 0, "replay": 2, "info": 2, "import": 2})
def a_cache_name_that_means_memory(folder: Path) -> None:
    edit(folder, "cache: answers.sqlite", 'cache: ":memory:"')


# --- datasets


def set_dataset(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    edit(folder, "tickets.csv", name)


@hostile(BAD_INPUT)
def a_pickle_as_the_dataset(folder: Path) -> None:
    set_dataset(folder, "tickets.pkl", pickled(folder))


@hostile(BAD_INPUT)
def a_pickle_called_parquet(folder: Path) -> None:
    set_dataset(folder, "tickets.parquet", pickled(folder))


@hostile({})
def a_parquet_dataset_with_a_pickled_type(folder: Path) -> None:
    """Older Arrow libraries unpickled this part of the schema."""
    hidden = {
        "ARROW:extension:name": "arrow.py_extension_type",
        "ARROW:extension:metadata": pickled(folder),
    }
    fields = [pyarrow.field("id", pyarrow.string(), metadata=hidden)]
    fields += [pyarrow.field(name, pyarrow.string()) for name in ("text", "label")]
    rows = [{"id": f"t{i}", "text": f"text {i}", "label": "billing"} for i in range(3)]
    table = pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields))
    pyarrow.parquet.write_table(table, folder / "tickets.parquet")
    edit(folder, "tickets.csv", "tickets.parquet")


@hostile(BAD_INPUT)
def a_dataset_nested_very_deeply(folder: Path) -> None:
    set_dataset(folder, "tickets.jsonl", b'{"id":' + b"[" * 200_000)


@hostile({"validate": 2})
def a_dataset_whose_ids_are_deep_lists(folder: Path) -> None:
    deep = "[" * 900 + "]" * 900
    set_dataset(folder, "t.jsonl", f'{{"id": {deep}, "text": "x", "label": "?"}}\n'.encode())


@hostile({})
def a_dataset_with_an_integer_of_a_million_digits(folder: Path) -> None:
    number = "9" * 1_000_000
    row = f'{{"id": {number}, "text": "x", "label": "billing", "n": {number}}}\n'
    set_dataset(folder, "tickets.jsonl", row.encode())


@hostile(BAD_INPUT)
def a_gzip_bomb_as_the_dataset(folder: Path) -> None:
    set_dataset(folder, "tickets.csv.gz", gzip.compress(b"\0" * 10_000_000) * 250)


@hostile(BAD_INPUT)
def a_device_without_end_as_the_dataset(folder: Path) -> None:
    (folder / "tickets.csv").unlink()
    (folder / "tickets.csv").symlink_to("/dev/zero")


@hostile({"validate": 0, "replay": 3, "info": 0})
def a_dataset_of_formulas_and_templates(folder: Path) -> None:
    """Text stays text; nobody asked these questions yet."""
    texts = ("=cmd|' /C mkdir owned'!A0", "{{ cycler.__init__.__globals__ }}", "$(mkdir owned)")
    rows = "".join(f'../../owned{i},"{text}",billing\n' for i, text in enumerate(texts))
    set_dataset(folder, "tickets.csv", f"id,text,label\n{rows}".encode())
