"""What `make mutants` changes, and the reasons for what no test notices."""

from __future__ import annotations

from collections import Counter

import pytest

from mutants.check import PACKAGE, ROOT, TESTS, main, report
from mutants.mutations import mutations
from mutants.survivors import Survivor, read_survivors, written


def changed(source: str) -> list[str]:
    """What the changed lines of `source` say."""
    return [one.becomes for one in mutations(source)]


@pytest.mark.parametrize("module", TESTS)
def test_each_module_that_is_checked_is_there_and_so_are_its_tests(module: str) -> None:
    assert (ROOT / PACKAGE / module).is_file()
    assert (ROOT / "tests" / TESTS[module]).is_file()


def test_every_change_can_be_compiled_and_changes_something() -> None:
    source = (ROOT / PACKAGE / "measure/counts/confusion.py").read_text(encoding="utf-8")
    found = mutations(source)
    assert len(found) > 20
    for one in found:
        compile(one.source, "confusion.py", "exec")
        assert one.source != source


def test_each_survivor_has_a_reason_and_is_a_change_of_its_module_as_it_stands() -> None:
    known = read_survivors()
    assert Counter((one.module, *one.key) for one in known).most_common(1)[0][1] == 1
    keys = {
        module: {one.key for one in mutations((ROOT / PACKAGE / module).read_text("utf-8"))}
        for module in TESTS
    }
    assert [one for one in known if one.key not in keys.get(one.module, ())] == []
    assert [one for one in known if len(one.reason.split()) < 5] == []


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ("a < b", ["(a <= b)", "(a >= b)"]),
        ("a == b != c", ["(a != b != c)", "(a == b == c)"]),
        ("a in b", ["(a not in b)"]),
        ("a is None", ["(a is not None)"]),
        ("a + b", ["(a - b)"]),
        ("a[-1]", ["a[1]", "a[-2]", "a[-0]"]),
        ("a and not b", ["(a or not b)", "a and b"]),
        ("a if b else c", ["a if (not b) else c"]),
        ("[a for a in b if a]", ["[a for a in b if True]"]),
        ("0.5", ["1.0", "0.25"]),
        ("0.0", ["1.0"]),
        ("'é', True", ["'', True", "'é', False"]),
        ("b'', f'{a}'", ["b'?', f'{a}'", "b'', ''"]),
        ("max(a.low)", ["min(a.low)", "max(a.high)"]),
        ("zip(a, b, strict=True)", []),
    ],
)
def test_an_expression_is_changed_one_thing_at_a_time(line: str, others: list[str]) -> None:
    assert changed(f"x = {line}") == [f"x = {other}" for other in others]


def test_statements_are_changed_and_what_is_only_said_is_not() -> None:
    assert changed("x += a") == ["x -= a"]
    assert changed("def f():\n    g(a)") == ["pass"]
    assert changed("if a:\n    pass") == ["if (not a):"]
    said = '"""Says 1."""\nfrom a import b\n@f(1)\nclass C:\n    """2."""\n    x: D[3]'
    assert changed(f"{said}\nKind = Literal['a']") == []


def test_a_change_tells_its_place_and_counts_columns_behind_any_character() -> None:
    (one,) = mutations(
        "class C:\n    def f(self):\n        return 'é'.x(\n            a < self\n        )"
    )[1:2]
    assert (one.line, one.place, one.was, one.becomes) == (4, "C.f", "a < self", "(a <= self)")


def test_a_survivor_without_a_reason_is_told_as_an_entry_to_fill_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, other = mutations("x = a < b")
    found = [(one, "survived"), (other, "killed")]
    assert not report("core/policy.py", found, [])
    told = capsys.readouterr().out
    assert "core/policy.py: 2 mutants, 1 killed, 0 timeouts, 1 survived, 1 without" in told
    assert written("core/policy.py", one) in told


def test_a_reason_of_what_is_noticed_by_now_is_told_as_stale(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, other = mutations("x = a < b")
    known = [
        Survivor("core/policy.py", *each.key, reason="Nobody can tell these two apart.")
        for each in (one, other)
    ]
    assert report("core/policy.py", [(one, "survived"), (other, "killed")], known)
    told = capsys.readouterr().out
    assert told.count("stale") == 1
    assert f"{other.was} -> {other.becomes}" in told


def test_a_module_that_is_not_checked_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["core/types.py"]) == 2
    assert "core/policy.py" in capsys.readouterr().err
