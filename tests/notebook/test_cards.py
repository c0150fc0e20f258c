"""What a notebook shows of tables that say less, or twice, as the commands say it on stderr."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import ticketbench as tb

TABLES = Path(__file__).resolve().parents[1] / "predictions"
TOP = {"top_label": "predicted_label"}


def test_a_card_says_that_two_columns_contradict_each_other() -> None:
    found = tb.evaluate(TABLES / "top-label-against-scores.csv")
    told = "12 of 60 rows: top_label is not the largest score; judged by the scores: 78.3 %"
    assert told in found._repr_html_()
    both = tb.compare(tb.evaluate(TABLES / "all-60.csv"), found)
    assert told in both._repr_html_()


def test_a_card_has_the_notes_of_reading() -> None:
    frame = pd.read_csv(TABLES / "small-scores-left-empty.csv", dtype=str)
    found = tb.evaluate(frame, empty_scores="zero")
    assert "22 empty cells among the scores of 20 of 60 rows are 0" in found._repr_html_()
    both = tb.compare(tb.evaluate(TABLES / "all-60.csv"), found)
    assert both.found.notes[0].startswith("table: 22 empty cells among the scores")


def test_frames_of_top_labels_alone_have_no_row_of_what_is_not_known() -> None:
    found = tb.evaluate(TABLES / "top-label-only.csv", columns=TOP)
    assert "(TB212)" in found._repr_html_()
    assert [len(found.to_frame(name)) for name in ("sweep", "outcomes", "calibration")] == [0] * 3
    assert len(found.to_frame("tickets")) == 60
    assert "repeats" not in found.frames
