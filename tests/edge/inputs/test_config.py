"""The config: defaults, precedence, paths, and every mistake at its line and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.policy import Costs, Policy
from ticketbench.edge.inputs.config import Config, read_config

SMALL = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: tickets.csv}
rubric_sets: {v1: v1.yaml}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def config(
    text: str = SMALL,
    *,
    overrides: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    path: str = "c.yaml",
) -> Config:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    return read_config(Path(path), overrides=overrides, environment=environment)


def problems(
    text: str = SMALL, *, overrides: Sequence[str] = (), environment: Mapping[str, str] = {}
) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        config(text, overrides=overrides, environment=environment)
    return caught.value.problems


def only(
    text: str = SMALL, *, overrides: Sequence[str] = (), environment: Mapping[str, str] = {}
) -> Problem:
    (found,) = problems(text, overrides=overrides, environment=environment)
    return found


def test_the_default_policy_is_the_documented_one() -> None:
    assert config().policy == Policy(threshold=0.60, escalate_above=0.30, fallback="manual_review")


def test_the_default_costs_are_the_documented_ones() -> None:
    assert config().costs == Costs(misroute=5.0, review=1.0, escalate=1.5)


def test_the_default_endpoint_settings_are_the_documented_ones() -> None:
    endpoint = config().file.endpoint
    assert (endpoint.key_env, endpoint.concurrency, endpoint.rate, endpoint.timeout_s) == (
        "SCALEDOWN_API_KEY",
        8,
        "20/s",
        30.0,
    )


def test_there_is_no_recording_by_default() -> None:
    assert config().recording_path is None


def test_the_default_cache_stands_beside_the_config() -> None:
    assert config(path="configs/c.yaml").cache_path == Path("configs/.ticketbench/answers.sqlite")


def test_the_name_is_the_file_name_without_suffix() -> None:
    assert config(path="configs/support.eval.yaml").name == "support.eval"


def test_paths_are_relative_to_the_config_file() -> None:
    text = SMALL.replace("tickets.csv", "../datasets/t.csv")
    assert config(text, path="configs/c.yaml").dataset_path == Path("datasets/t.csv")


def test_rubric_paths_are_relative_to_the_config_file() -> None:
    text = SMALL.replace("v1.yaml", "rubrics/v1.yaml")
    assert config(text, path="configs/c.yaml").rubric_paths == {
        "v1": Path("configs/rubrics/v1.yaml")
    }


def test_a_recording_path_is_relative_to_the_config_file() -> None:
    text = f"{SMALL}recording: recordings/r.jsonl\n"
    found = config(text, path="configs/c.yaml").recording_path
    assert found == Path("configs/recordings/r.jsonl")


def test_an_absolute_path_stays_as_it_is() -> None:
    assert config(SMALL.replace("tickets.csv", "/data/t.csv")).dataset_path == Path("/data/t.csv")


def test_a_path_given_by_override_is_relative_to_the_config_file_too() -> None:
    found = config(overrides=["dataset.path=other.csv"], path="configs/c.yaml")
    assert found.dataset_path == Path("configs/other.csv")


def test_rubric_sets_keep_the_order_of_the_file() -> None:
    text = SMALL.replace("{v1: v1.yaml}", "{z: z.yaml, a: a.yaml, m: m.yaml}")
    assert list(config(text).rubric_paths) == ["z", "a", "m"]


@pytest.mark.parametrize("name", ["no", "on", "1", "2024.1", "v-1_b"])
def test_names_of_rubric_sets_are_strings_as_written(name: str) -> None:
    text = SMALL.replace("{v1: v1.yaml}", f"{{{name}: v1.yaml}}")
    assert list(config(text).rubric_paths) == [name]


WITH_THRESHOLD = f"{SMALL}policy: {{threshold: 0.5}}\n"
VARIABLE = {"TICKETBENCH_POLICY__THRESHOLD": "0.7"}


def test_the_file_is_stronger_than_the_default() -> None:
    assert config(WITH_THRESHOLD).policy.threshold == 0.5


def test_a_variable_is_stronger_than_the_file() -> None:
    assert config(WITH_THRESHOLD, environment=VARIABLE).policy.threshold == 0.7


def test_an_override_is_stronger_than_a_variable() -> None:
    found = config(WITH_THRESHOLD, environment=VARIABLE, overrides=["policy.threshold=0.9"])
    assert found.policy.threshold == 0.9


def test_the_last_of_two_overrides_wins() -> None:
    found = config(overrides=["policy.threshold=0.7", "policy.threshold=0.8"])
    assert found.policy.threshold == 0.8


def test_an_override_leaves_the_other_keys_of_its_section() -> None:
    found = config(f"{SMALL}policy: {{threshold: 0.5}}\n", overrides=["policy.near_tie=0.1"])
    assert (found.file.policy.threshold, found.file.policy.near_tie) == (0.5, 0.1)


def test_an_override_may_hold_an_equals_sign() -> None:
    url = "https://example.org/classify?model=a=b"
    assert config(overrides=[f"endpoint.url={url}"]).file.endpoint.url == url


def test_an_override_of_a_word_that_yaml_1_1_reads_as_boolean_is_text() -> None:
    assert config(overrides=["policy.fallback=no"]).file.policy.fallback == "no"


def test_a_whole_section_may_be_overridden() -> None:
    found = config(overrides=["rubric_sets={b: b.yaml, a: a.yaml}"])
    assert list(found.rubric_paths) == ["b", "a"]


@pytest.mark.parametrize(
    "name", ["TICKETBENCH_MODE", "TICKETBENCH_TEST_DATA", "POLICY__THRESHOLD", "PATH"]
)
def test_variables_that_name_no_section_are_left_alone(name: str) -> None:
    assert config(environment={name: "0.7"}).policy.threshold == 0.6


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("policy.threshold=2", "policy.threshold"),
        ("policy.treshold=0.5", "policy.treshold"),
        ("policy.threshold=high", "policy.threshold"),
        ("policy=3", "policy"),
    ],
    ids=["out of range", "unknown key", "wrong type", "no section"],
)
def test_a_wrong_override_is_located_on_the_command_line_not_in_the_file(
    override: str, words: str
) -> None:
    found = only(WITH_THRESHOLD, overrides=[override])
    assert words in found.what
    assert found.where.startswith("--set policy")


def test_a_wrong_variable_is_located_in_the_environment_not_in_the_file() -> None:
    found = only(WITH_THRESHOLD, environment={"TICKETBENCH_POLICY__THRESHOLD": "3"})
    assert "TICKETBENCH_POLICY__THRESHOLD" in found.where


def test_an_override_without_value_shows_the_form() -> None:
    assert "KEY=VALUE" in only(overrides=["policy.threshold"]).what


def test_an_override_of_an_unknown_section_gets_the_nearest_name() -> None:
    found = only(overrides=["polcy.threshold=0.5"])
    assert (found.where, found.help) == ("--set polcy.threshold", "did you mean 'policy'?")


def test_an_override_below_a_plain_value_is_refused() -> None:
    found = only(WITH_THRESHOLD, overrides=["policy.threshold.x=1"])
    assert (found.where, "not a section" in found.what) == ("--set policy.threshold.x", True)


def test_a_variable_below_a_list_is_refused() -> None:
    text = f"{SMALL}gates: [{{metric: accuracy, on: v1, min: 0.5}}]\n"
    found = only(text, environment={"TICKETBENCH_GATES__0__MIN": "0.8"})
    assert "TICKETBENCH_GATES__0__MIN" in found.where


@pytest.mark.parametrize(
    "value",
    ["2001-99-99", "[a", "*x", "1" * 5000, '!!int ""', '!!float ""', "!!bool foo"],
    ids=["no date", "bracket", "alias", "long number", "int", "float", "bool"],
)
def test_an_override_that_is_no_yaml_value_is_an_input_error(value: str) -> None:
    found = only(overrides=[f"cache={value}"])
    assert ("not a YAML value" in found.what, found.where) == (True, "--set cache")
    found = only(environment={"TICKETBENCH_CACHE": value})
    assert found.where == "variable TICKETBENCH_CACHE"


@pytest.mark.parametrize(
    ("line", "where", "nearest"),
    [
        ("polcy: {}", "c.yaml:5:1", "policy"),
        ("policy: {treshold: 0.5}", "c.yaml:5:10", "threshold"),
        ("choose: {costs: {misroutes: 1}}", "c.yaml:5:18", "misroute"),
        ("report:\n  figure: true", "c.yaml:6:3", "figures"),
        ("gates:\n  - {metric: accuracy, on: v1, mim: 0.5}", "c.yaml:6:32", "min"),
    ],
    ids=["top", "section", "subsection", "block", "list item"],
)
def test_an_unknown_key_is_located_and_gets_the_nearest_name(
    line: str, where: str, nearest: str
) -> None:
    found = only(f"{SMALL}{line}\n")
    assert "unknown key" in found.what
    assert (found.where, found.help) == (where, f"did you mean {nearest!r}?")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("version: 1", "version: 2", "c.yaml:1:1"),
        ("version: 1", 'version: "1"', "c.yaml:1:1"),
        ("version: 1", "version: true", "c.yaml:1:1"),
        ("version: 1", "version: 1.0", "c.yaml:1:1"),
        ("tickets.csv", "''", "c.yaml:3:11"),
        ("tickets.csv", "3", "c.yaml:3:11"),
        ("{v1: v1.yaml}", "{}", "c.yaml:4:1"),
        ("{v1: v1.yaml}", "[v1.yaml]", "c.yaml:4:1"),
        ("{v1: v1.yaml}", '{"v 1": v1.yaml}', "c.yaml:4:15"),
        ("{v1: v1.yaml}", "{../v1: v1.yaml}", "c.yaml:4:15"),
        ("{v1: v1.yaml}", "{v1: true}", "c.yaml:4:15"),
        ("{v1: v1.yaml}", "{v1: }", "c.yaml:4:15"),
        ("rubric_sets", "policy: {threshold: 1.5}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "policy: {threshold: '0.5'}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "policy: {threshold: true}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "policy: {threshold: .nan}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "choose: {min_precision: 1}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "choose: {costs: {review: -1}}\nrubric_sets", "c.yaml:4:18"),
        ("rubric_sets", "choose: {costs: {review: .inf}}\nrubric_sets", "c.yaml:4:18"),
        ("rubric_sets", "report: {figures: 'yes'}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "report: {texts: yes}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "report: {texts: 1}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "report: {mask_words: n.txt}\nrubric_sets", "c.yaml:4:10"),
        ("rubric_sets", "report: {mask_keep: [a, '[']}\nrubric_sets", "c.yaml:4:25"),
        ("rubric_sets", "report: {mask_keep: ['']}\nrubric_sets", "c.yaml:4:22"),
        ('classify"}', 'classify", concurrency: 0}', "c.yaml:2:48"),
        ('classify"}', 'classify", concurrency: 2.5}', "c.yaml:2:48"),
        ('classify"}', 'classify", timeout_s: 0}', "c.yaml:2:48"),
        ('classify"}', 'classify", timeout_s: .inf}', "c.yaml:2:48"),
        ('classify"}', 'classify", timeout_s: 86401}', "c.yaml:2:48"),
        ('classify"}', 'classify", rate: fast}', "c.yaml:2:48"),
        ('classify"}', 'classify", rate: 0/s}', "c.yaml:2:48"),
        ('classify"}', 'classify", characters_per_token: 1.0e-320}', "c.yaml:2:48"),
        ('classify"}', 'classify", price_per_million_tokens: 1.0e+308}', "c.yaml:2:48"),
        ('classify"}', 'classify", proxy: "http://a..b"}', "c.yaml:2:48"),
        ('classify"}', 'classify", proxy: "http://proxy.example:99999"}', "c.yaml:2:48"),
        ("rubric_sets", "choose: {costs: {review: 1.0e+308}}\nrubric_sets", "c.yaml:4:18"),
        ("rubric_sets", "production_mix: {a: 1.0e+308}\nrubric_sets", "c.yaml:4:18"),
    ],
    ids=lambda value: None if value.startswith("c.yaml") else value.replace("\n", " "),
)
def test_a_wrong_value_is_located(old: str, new: str, where: str) -> None:
    assert only(SMALL.replace(old, new)).where == where


@pytest.mark.parametrize(
    ("setting", "most"),
    [
        ("timeout_s: 1.0e+10", "at most 3600"),
        ("concurrency: 257", "at most 256"),
        ("rate: 0.0000001/h", "from 1/h to 1000000/s"),
        (f"rate: {'9' * 400}/s", "from 1/h to 1000000/s"),
    ],
    ids=["timeout_s", "concurrency", "slow", "fast"],
)
def test_what_the_machine_cannot_do_is_located_with_the_limit(setting: str, most: str) -> None:
    found = only(SMALL.replace('classify"}', f'classify", {setting}}}'))
    assert found.where == "c.yaml:2:48"
    assert most in found.what


@pytest.mark.parametrize(
    "host",
    ["a..b", ".example", f"{'a' * 64}.example", f"{'a.' * 130}example", "h:99999", "h:x", "[::1"],
    ids=lambda host: host[:12],
)
def test_a_url_that_no_host_can_have_is_located(host: str) -> None:
    found = only(SMALL.replace("local://lexical/v1", f"https://{host}"))
    assert found.where == "c.yaml:2:12"
    assert "no host can be called so" in found.what


@pytest.mark.parametrize("host", ["h", "a_b.example.", "[::1]:80", "1.2.3.4", "bücher.example"])
def test_a_url_of_any_other_host_is_taken(host: str) -> None:
    url = f"https://{host}/classify"
    assert config(SMALL.replace("local://lexical/v1/classify", url)).file.endpoint.url == url


@pytest.mark.parametrize(
    ("lacking", "key"),
    [
        ("version: 1\n", "version"),
        ('endpoint: {url: "local://lexical/v1/classify"}\n', "endpoint"),
        ("dataset: {path: tickets.csv}\n", "dataset"),
        ("rubric_sets: {v1: v1.yaml}\n", "rubric_sets"),
    ],
    ids=["version", "endpoint", "dataset", "rubric_sets"],
)
def test_a_missing_section_is_named(lacking: str, key: str) -> None:
    found = only(SMALL.replace(lacking, ""))
    assert found.where == "c.yaml:1:1"
    assert f"'{key}' is missing" in found.what


def test_what_is_no_regular_expression_is_told_with_its_reason() -> None:
    found = only(SMALL + "report:\n  mask_keep:\n    - 'SO-\\d{6}'\n    - '(a'\n")
    assert found.where == "c.yaml:8:7"
    assert found.what.startswith("report.mask_keep, entry 2 is not right: no regular expression: ")
    assert "position 0" in found.what


@pytest.mark.parametrize(
    ("written", "mode", "before"),
    [
        ("", "none", None),
        ("report: {texts: masked}\n", "masked", None),
        ("report: {texts: true}\n", "full", True),
        ("report: {texts: false}\n", "none", False),
    ],
)
def test_texts_of_true_and_false_are_those_of_full_and_none(
    written: str, mode: str, before: bool | None
) -> None:
    found = config(SMALL + written)
    assert (found.file.report.texts, found.texts_of_before) == (mode, before)


def test_lists_of_words_are_files_that_the_config_names() -> None:
    found = config(SMALL + "report: {mask_words: [a.txt, ../b.txt]}\n")
    assert found.mask_words_paths == (Path("a.txt"), Path("../b.txt"))
    assert set(found.mask_words_paths) < set(found.input_paths)


def test_a_missing_url_points_at_the_endpoint() -> None:
    found = only(SMALL.replace('{url: "local://lexical/v1/classify"}', "{concurrency: 4}"))
    assert found.where == "c.yaml:2:1"
    assert "'endpoint.url' is missing" in found.what


def test_every_problem_is_reported_at_once() -> None:
    text = """\
version: 2
endpoint: {url: "local://lexical", concurency: 3}
dataset: {path: t.csv, columns: {txt: a}}
rubric_sets: {v1: 3}
policy: {threshold: 7}
gates:
  - {metric: accuracy}
"""
    assert {problem.where for problem in problems(text)} == {
        "c.yaml:1:1",
        "c.yaml:2:36",
        "c.yaml:3:34",
        "c.yaml:4:15",
        "c.yaml:5:10",
        "c.yaml:7:5",
    }


def test_a_gate_without_a_condition_is_located_and_told_which_there_are() -> None:
    found = only(f"{SMALL}gates:\n  - {{metric: accuracy, on: v1}}\n")
    assert found.where == "c.yaml:6:5"
    assert "one condition: min or max, not_worse_than, or must_pass" in found.what


def test_a_baseline_path_is_relative_to_the_config() -> None:
    found = config(f"{SMALL}baseline: ../b/base.json\n", path="configs/c.yaml")
    assert found.baseline_path == Path("b/base.json")
    assert config().baseline_path is None


def test_a_problem_of_a_range_says_which_range() -> None:
    found = only(f"{SMALL}policy: {{threshold: 1.5}}\n")
    assert "policy.threshold" in found.what
    assert "must be at most 1.01, found 1.5" in found.what
    assert not found.help


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        (f"{SMALL}policy: {{threshold: 60}}\n", "write a share: 60 % is 0.6"),
        (f"{SMALL}choose: {{min_precision: 97.5}}\n", "write a share: 97.5 % is 0.975"),
        (SMALL.replace('v1/classify"', 'v1/classify", concurrency: 999'), ""),
        (
            SMALL.replace("version: 1", "version: 2"),
            "write 1: no other version is known to this release",
        ),
    ],
)
def test_a_share_in_percent_and_another_version_say_what_to_write(text: str, help_: str) -> None:
    assert only(text).help == help_


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "word\n"], ids=["empty", "list", "word"])
def test_a_config_that_is_no_mapping_says_what_a_config_is(text: str) -> None:
    found = only(text)
    assert found.where == "c.yaml:1:1"
    assert "version" in found.what


@pytest.mark.parametrize(
    "url",
    ["lexical", "/v1/classify", "https://", "https:// x/classify"],
    ids=["word", "path", "no host", "blank"],
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    assert only(SMALL.replace("local://lexical/v1/classify", url)).where == "c.yaml:2:12"


def test_a_password_in_the_url_is_refused() -> None:
    url = "https://me:hunter2@example.org/classify"
    found = only(SMALL.replace("local://lexical/v1/classify", url))
    assert (found.where, "key_env" in found.what) == ("c.yaml:2:12", True)


def test_a_password_in_the_url_is_not_repeated_in_the_message() -> None:
    url = "https://me:hunter2@example.org/classify"
    found = only(SMALL.replace("local://lexical/v1/classify", url))
    assert "hunter2" not in f"{found}"


def test_a_key_in_place_of_its_variable_is_not_repeated_in_the_message() -> None:
    found = only(SMALL.replace('classify"}', 'classify", key_env: sk-live-1234}'))
    assert found.where == "c.yaml:2:48"
    assert "sk-live-1234" not in f"{found}"


def test_gates_are_kept_as_written() -> None:
    (gate,) = config(
        f"{SMALL}gates:\n  - {{metric: recall, label: no, on: v1, min: 0.8}}\n"
    ).file.gates
    assert (gate.not_worse_than, gate.margin, gate.must_pass, gate.max) == (None,) * 4
    assert (gate.metric, gate.label, gate.on, gate.min, gate.bound) == (
        "recall",
        "no",
        "v1",
        0.8,
        None,
    )


@pytest.mark.parametrize(
    "key", ["cache", "recording", "baseline", "production_log", "dataset.path"]
)
def test_no_name_of_a_file_holds_a_nul(key: str) -> None:
    assert "U+0000" in only(overrides=[f'{key}="a\\0b"']).what


def test_a_rate_of_null_is_no_limit() -> None:
    text = SMALL.replace('"local://lexical/v1/classify"', '"https://example.org/c", rate: null')
    assert config(text).file.endpoint.per_second is None


def test_a_local_engine_has_no_rate_limit() -> None:
    assert config().file.endpoint.per_second is None


def test_a_remote_endpoint_has_the_default_rate_limit() -> None:
    text = SMALL.replace("local://lexical/v1/classify", "https://example.org/classify")
    assert config(text).file.endpoint.per_second == 20.0


def test_a_config_with_byte_order_mark_and_crlf_is_read() -> None:
    Path("c.yaml").write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert read_config(Path("c.yaml")).dataset_path == Path("tickets.csv")


def test_label_thresholds_become_pairs_in_the_order_of_the_file() -> None:
    found = config(f"{SMALL}policy: {{label_thresholds: {{no: 0.9, billing: 0.5}}}}\n")
    assert found.policy.label_thresholds == (("no", 0.9), ("billing", 0.5))


def test_there_are_no_label_thresholds_mix_or_capacity_by_default() -> None:
    file = config().file
    assert config().policy.label_thresholds == ()
    assert file.production_mix == {}
    assert file.choose.largest_review_share is None
    assert (file.trained_baselines, file.choose.confidence) == (False, 0.90)
    assert file.baseline_budget == 0.05


def test_what_a_missed_escalation_costs_is_not_known_unless_it_is_said() -> None:
    assert config().costs.missed is None
    priced = config(f"{SMALL}choose: {{costs: {{missed_escalation: 2}}}}\n")
    assert priced.costs == Costs(missed=2.0)


@pytest.mark.parametrize("price", ["-1", ".inf", "1.0e+308", "yes", "dear"])
def test_the_price_of_a_missed_escalation_is_an_amount(price: str) -> None:
    found = only(f"{SMALL}choose: {{costs: {{missed_escalation: {price}}}}}\n")
    assert found.where == "c.yaml:5:18"
    assert "missed_escalation" in found.what


def test_a_set_to_certify_is_one_of_the_config() -> None:
    assert config().file.choose.certify is None
    assert config(f"{SMALL}choose: {{certify: v1}}\n").file.choose.certify == "v1"


@pytest.mark.parametrize("certify", ["v2", "V1", "v1.yaml"])
def test_an_unknown_set_to_certify_is_an_error_at_its_place(certify: str) -> None:
    found = only(f"{SMALL}choose:\n  min_precision: 0.9\n  certify: {certify}\n")
    assert found.where == "c.yaml:7:3"
    assert found.what == f"choose.certify names no rubric set: '{certify}'"
    assert "v1" in found.help


@pytest.mark.parametrize("certify", ["''", "[v1]", "1"])
def test_a_set_to_certify_is_a_name(certify: str) -> None:
    assert only(f"{SMALL}choose: {{certify: {certify}}}\n").where == "c.yaml:5:10"


@pytest.mark.parametrize(
    ("choose", "share"),
    [
        ("most_reviewed: 0.2", 0.2),
        ("most_reviewed: 0", 0.0),
        ("reviews_per_day: 30, tickets_per_day: 120", 0.25),
        ("reviews_per_day: 500, tickets_per_day: 120", 1.0),
        ("reviews_per_day: 0, tickets_per_day: 120", 0.0),
    ],
)
def test_the_share_of_tickets_that_can_be_reviewed(choose: str, share: float) -> None:
    assert config(f"{SMALL}choose: {{{choose}}}\n").file.choose.largest_review_share == share


@pytest.mark.parametrize(
    ("choose", "words"),
    [
        ("reviews_per_day: 30", "belong together"),
        ("tickets_per_day: 30", "belong together"),
        ("most_reviewed: 0.2, reviews_per_day: 3, tickets_per_day: 9", "not both"),
    ],
)
def test_half_a_capacity_or_two_are_refused(choose: str, words: str) -> None:
    found = only(f"{SMALL}choose: {{{choose}}}\n")
    assert found.where == "c.yaml:5:1"
    assert words in found.what


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("choose: {most_reviewed: 1.5}", "c.yaml:5:10"),
        ("choose: {reviews_per_day: -1, tickets_per_day: 9}", "c.yaml:5:10"),
        ("choose: {reviews_per_day: 1, tickets_per_day: 0}", "c.yaml:5:30"),
        ("choose: {confidence: 0.5}", "c.yaml:5:10"),
        ("choose: {confidence: 1}", "c.yaml:5:10"),
        ("policy: {label_thresholds: {a: 1.5}}", "c.yaml:5:29"),
        ("policy: {label_thresholds: {a: high}}", "c.yaml:5:29"),
        ("policy: {label_thresholds: [a]}", "c.yaml:5:10"),
        ("production_mix: {a: -1}", "c.yaml:5:18"),
        ("production_mix: {a: .inf}", "c.yaml:5:18"),
        ("production_mix: {a: 0, b: 0}", "c.yaml:5:1"),
        ("production_mix: {a: true}", "c.yaml:5:18"),
        ("production_mix: {'': 1}", "c.yaml:5:18"),
        ("production_mix: [a]", "c.yaml:5:1"),
        ("trained_baselines: 'yes'", "c.yaml:5:1"),
        ("baseline_budget: 0", "c.yaml:5:1"),
        ("baseline_budget: 5", "c.yaml:5:1"),
        ("baseline_budget: 5%", "c.yaml:5:1"),
    ],
)
def test_a_wrong_value_of_the_newer_keys_is_located(line: str, where: str) -> None:
    assert only(f"{SMALL}{line}\n").where == where


def test_a_mix_may_be_counts_or_shares_and_names_labels_as_written() -> None:
    found = config(f"{SMALL}production_mix: {{no: 300, billing: 0.5}}\n").file.production_mix
    assert found == {"no": 300, "billing": 0.5}


def test_a_mix_and_label_thresholds_may_be_overridden() -> None:
    found = config(overrides=["production_mix.a=2", "policy.label_thresholds.a=0.7"])
    assert found.file.production_mix == {"a": 2}
    assert found.policy.label_thresholds == (("a", 0.7),)


def test_a_mix_may_name_the_tickets_that_no_label_fits_beside_a_label() -> None:
    mix = config(f"{SMALL}production_mix: {{a: 4, __none__: 1}}\n").file.production_mix
    assert mix == {"a": 4, "__none__": 1}
    found = only(f"{SMALL}production_mix: {{a: 0, __none__: 1}}\n")
    assert "at least one label beside __none__ needs a share above 0" in found.what


def test_a_mix_needs_a_share_above_zero() -> None:
    found = only(f"{SMALL}production_mix: {{a: 0, b: 0.0}}\n")
    assert "at least one label needs a share above 0" in found.what
    assert config(f"{SMALL}production_mix: {{a: 0, b: 1}}\n").file.production_mix["a"] == 0


def test_a_threshold_just_above_one_routes_nothing_and_is_allowed() -> None:
    policy = "policy: {threshold: 1.01, label_thresholds: {a: 1.01}}\n"
    found = config(f"{SMALL}{policy}").file.policy
    assert (found.threshold, found.label_thresholds) == (1.01, {"a": 1.01})
    above = only(f"{SMALL}policy: {{label_thresholds: {{a: 1.02}}}}\n")
    assert "must be at most 1.01, found 1.02" in above.what


DEVICES = ["con", "NUL", "Aux", "prn", "com1", "LPT9", "nul.v2", "con.yaml.x"]


@pytest.mark.parametrize("name", [*DEVICES, "v1.", "v1.."])
def test_a_rubric_set_is_not_called_like_a_device_of_windows(name: str) -> None:
    found = only(SMALL.replace("v1:", f"{name}:"))
    assert (found.where, "Windows" in found.what) == ("c.yaml:4:15", True)


@pytest.mark.parametrize("name", ["console", "nul-v2", "com10", "v1.2", "auxiliary"])
def test_a_rubric_set_may_be_called_nearly_so(name: str) -> None:
    assert list(config(SMALL.replace("v1:", f"{name}:")).rubric_paths) == [name]


@pytest.mark.parametrize("name", ["x" * 300, "é" * 200, "a/" * 600 + "b"])
@pytest.mark.parametrize("key", ["recording", "cache", "baseline", "production_log"])
def test_a_name_that_no_file_can_have_is_said_at_its_place(key: str, name: str) -> None:
    found = only(f"{SMALL}{key}: {name}\n")
    assert (found.where, "longer than" in found.what) == (f"c.yaml:5:{1}", True)
    assert name[:70] not in found.what


def test_a_scheme_in_capitals_is_the_same_endpoint() -> None:
    text = SMALL.replace("local://lexical/v1/classify", "HTTPS://Router.example/Classify")
    assert config(text).file.endpoint.url == "https://Router.example/Classify"


@pytest.mark.parametrize("proxy", ["none", "env", "http://proxy:8080", "http://[::1]:1/"])
def test_a_proxy_is_none_of_the_environment_or_a_url(proxy: str) -> None:
    assert config(overrides=[f'endpoint.proxy="{proxy}"']).file.endpoint.proxy == proxy


@pytest.mark.parametrize("proxy", ["auto", "http://user:zq-secret@proxy:1", "socks5://h:1", "h:1"])
def test_another_proxy_is_refused_without_showing_it(proxy: str) -> None:
    found = only(overrides=[f'endpoint.proxy="{proxy}"'])
    assert "none, env, or http://host:port" in found.what
    assert "secret" not in found.what


TWO = """\
version: 1
endpoints:
  one: {url: "local://lexical/v1/classify"}
  two: {url: "https://example.com/classify", concurrency: 3}
dataset: {path: tickets.csv}
rubric_sets: {v1: v1.yaml, v2: v2.yaml}
"""


def test_endpoints_by_name_make_a_set_of_each_pair() -> None:
    found = config(TWO)
    assert list(found.file.sets) == ["v1@one", "v1@two", "v2@one", "v2@two"]
    assert found.endpoint_of("v2@two").settings.concurrency == 3
    assert list(found.rubric_paths) == ["v1", "v2"]


def test_a_config_has_one_endpoint_or_several_never_both() -> None:
    found = only(TWO + 'endpoint: {url: "local://lexical/v1/classify"}\n')
    assert "endpoint, or endpoints by name, not both" in found.what
    assert ":7:" in found.where


def test_no_endpoints_are_a_missing_endpoint() -> None:
    text = TWO.replace("endpoints:\n", "endpoints: {}\n")
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("  "))
    assert only(text).what == "'endpoint' is missing"


@pytest.mark.parametrize("name", ["v2@one", "v2@", "@one"])
def test_the_name_of_a_pair_is_none_of_a_rubric_set(name: str) -> None:
    found = only(TWO.replace("v2:", f'"{name}":'))
    assert "may hold letters, digits, '.', '_' and '-' only" in found.what


def test_a_mistake_in_one_of_several_endpoints_stands_at_its_line() -> None:
    found = only(TWO.replace("concurrency", "concurency"))
    assert (found.what, found.help) == (
        "unknown key 'endpoints.two.concurency'",
        "did you mean 'concurrency'?",
    )
    assert ":4:" in found.where


def test_a_key_of_one_of_several_endpoints_is_overridden_by_its_name() -> None:
    found = config(TWO, overrides=["endpoints.two.rate=7/s"])
    assert found.endpoint_of("v1@two").settings.per_second == 7


def test_a_promise_is_asked_for_a_pair() -> None:
    assert config(TWO + "choose: {certify: v2@two}\n").file.choose.certify == "v2@two"
    assert "names no rubric set" in only(TWO + "choose: {certify: v2}\n").what
