"""The beginning that tags have in common which are the values of one field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped
from ticketbench.edge.imports.preset import LeftOut, Preset
from ticketbench.edge.imports.raw import open_export
from ticketbench.flow.data.asked import ImportAsked


def without_prefix(path: Path, preset: Preset, asked: ImportAsked) -> tuple[ImportAsked, str]:
    """`asked` with the pattern of tags that fits every value of the field, and a remark on it.

    Where the options of a field are tags, they begin alike (team_billing, team_account), since a
    tag belongs to one field alone. The export is read once more to know. Unchanged, without a
    remark, where a pattern was asked for, or where not all values, of two at least, begin alike.
    """
    of_preset = asked.of_preset
    if not (preset.tag_values and of_preset.label_field) or of_preset.label_tag:
        return asked, ""
    labels: set[str] = set()
    try:
        for raw in open_export(path, preset, asked.dialect).records:
            record = preset.read(raw, of_preset, LeftOut())
            if record is not None:
                labels.update(label for one in record.answers for label in one.labels)
    except InputError:
        return asked, ""  # said, with its place, when the export is read in earnest
    starts = {label.partition("_")[0] for label in labels if label.partition("_")[2]}
    if len(starts) != 1 or len(labels) < 2 or not all(label.partition("_")[2] for label in labels):
        return asked, ""
    start = f"{starts.pop()}_"
    remark = (
        f"every value of {clipped(of_preset.label_field)} begins with {clipped(start)}, which was "
        "taken off; --label-tag '*' keeps it"
    )
    return replace(asked, of_preset=replace(of_preset, label_tag=f"{start}*")), remark
