"""An export as a dataset, with notes of what was done and a table of disagreements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.files.cells import csv_text
from ticketbench.edge.files.reading import digest_of
from ticketbench.edge.files.together import Together, refuse_to_overwrite, together
from ticketbench.edge.imports.advice import an_export
from ticketbench.edge.imports.looks import looks_like, named_preset
from ticketbench.edge.imports.preset import Asked, Preset
from ticketbench.edge.imports.raw import Export, open_export
from ticketbench.edge.redaction import redact, refuse_key
from ticketbench.edge.results.store import envelope
from ticketbench.edge.tables.reading import file_and_sheet
from ticketbench.flow.data.asked import ImportAsked, checked, option, outputs
from ticketbench.flow.data.made import Made, Maker
from ticketbench.flow.data.people import JOIN, People, joined
from ticketbench.flow.data.prefix import without_prefix
from ticketbench.flow.data.records import Records
from ticketbench.flow.data.table import Ids, TableFile
from ticketbench.flow.import_notes import ImportNotes
from ticketbench.measure.agreement.summary import agreement
from ticketbench.report.masking.mask import cut, mask
from ticketbench.report.masking.texts import masked_id

_HEAD = ("id", "text", "labels", "annotators", "taken")


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket as it may be seen: masked and cut, before all steps and after them."""

    id: str
    before: str
    after: str
    label: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done, the files that were written (none by a preview), and tickets to look at.

    shown  the tickets of a preview, else the first whose text a step changed
    """

    notes: ImportNotes
    files: tuple[Path, ...]
    shown: tuple[Shown, ...]


def data_import(path: Path, out: Path | None, asked: ImportAsked) -> Imported:
    """Write the export in `path` as a dataset to `out`, with notes and disagreements beside it; a
    preview writes nothing.

    All files take their places together, or none does. Raises InputError for an export that cannot
    be read, a choice to be made, or a file that is there already.
    """
    preset = named_preset(asked.preset)
    try:
        checked(asked, preset)
    except InputError as error:
        raise _advised(error, path, preset) from None
    refuse_key(str(path), "the name of the export", by_chance=True)
    if asked.preview:
        return _Import(path, preset, asked).preview()
    if out is None:
        raise InputError("where to write is not said", help="add -o OUT.csv, or --preview 5")
    places = outputs(out)
    if not asked.force:
        refuse_to_overwrite(places)
    _refuse_itself(path, places)
    return _Import(path, preset, asked).write(*places)


def _advised(error: InputError, path: Path, preset: Preset) -> InputError:
    """The error, which names the preset that the file looks like where that is another one."""
    other = looks_like(path) if path.is_file() else None
    if other is None or other.name == preset.name:
        return error
    help_ = f"this looks like {an_export(other.tool)}: --preset {other.name}"
    return InputError(str(error), where=error.problems[0].where or f"{path}:1", help=help_)


def _refuse_itself(path: Path, places: Sequence[Path]) -> None:
    if path.exists() and any(one.exists() and one.samefile(path) for one in places):
        raise InputError(f"{path} is the export itself", help="name another file with -o")


class _Import:
    """One export on its way."""

    def __init__(self, path: Path, preset: Preset, asked: ImportAsked) -> None:
        self._path, self._preset = path, preset
        self._asked, remark = without_prefix(path, preset, asked)
        self._export: Export = self._opened()
        self._records = Records(path, self._export, preset, self._asked.of_preset)
        self._remarks = (remark,) if remark else ()
        self._people = People(asked.disagree)
        self._maker = Maker(asked.steps(preset), self._people)
        self._ids = Ids(path)
        self._labels: Counter[str] = Counter()
        self._disagreements: list[tuple[str, ...]] = []

    def _opened(self) -> Export:
        """Another preset is named where the file cannot be read as any table."""
        try:
            return open_export(self._path, self._preset, self._asked.dialect)
        except InputError as error:
            raise _advised(error, self._path, self._preset) from None

    def preview(self) -> Imported:
        """The first tickets, nothing written."""
        made = islice(self._made(), self._asked.preview)
        shown = tuple(_shown(one, self._id(one)) for one in made)
        self._refuse_nothing(len(shown))
        return Imported(self._notes(len(shown), whole=False), (), shown)

    def write(self, out: Path, notes: Path, disagreements: Path) -> Imported:
        """All of it."""
        with together() as files:
            n = self._write_rows(files, out)
            found = self._finished(n)
            written = [out, notes]
            files.beside_with(notes, redact(envelope("notes", found)))
            if self._disagreements:
                files.beside_with(disagreements, self._disagreement_table())
                written.append(disagreements)
            else:
                files.without(disagreements)
        first = self._maker.first_changed
        shown = () if first is None else (_shown(first, first.record.id),)
        return Imported(found, tuple(written), shown)

    def _write_rows(self, files: Together, out: Path) -> int:
        n = 0
        with TableFile(files.beside(out), self._path) as table:
            for made in self._made():
                record, taken, name = made.record, made.taken, self._id(made)
                if taken.undecided:
                    self._disagreements.append(_disagreement(made, name))
                if not taken.label:
                    continue
                n += 1
                self._labels[taken.label] += 1
                several = JOIN.join(taken.all_labels) if len(taken.all_labels) > 1 else ""
                rest = (several, record.group, record.time, record.split, made.annotators)
                table.add((name, made.text, taken.label, *rest), record.line)
        return n

    def _made(self) -> Iterator[Made]:
        for record in self._records.each():
            made = self._maker.made(record)
            if made is None:
                self._records.left_out.count("tickets without a text")
            else:
                yield made

    def _id(self, made: Made) -> str:
        return self._ids.of(made.record.id, made.text, made.record.line)

    def _finished(self, n: int) -> ImportNotes:
        """The notes, once nothing speaks against the whole."""
        help_ = "ids must be unique"
        if "annotator" in self._preset.options and not self._asked.of_preset.annotator:
            help_ += "; where several people labelled a ticket: --annotator COLUMN"
        self._ids.refuse(help_)
        self._refuse_nothing(n + len(self._disagreements))
        return self._notes(n, whole=True)

    def _refuse_nothing(self, n_tickets: int) -> None:
        try:
            self._records.refuse_nothing(n_tickets)
        except InputError as error:
            raise _advised(error, self._path, self._preset) from None

    def _notes(self, n: int, *, whole: bool) -> ImportNotes:
        resolution = self._people.resolution(whole=whole)
        more = self._export.more(self._records.n_read) if whole else ""
        return ImportNotes(
            source=self._path.name,
            sha256=digest_of(file_and_sheet(self._path)[0]),
            preset=self._preset.name,
            options=_options(self._asked, resolution.rule),
            n_records=self._records.n_read,
            n_tickets=n,
            labels=dict(sorted(self._labels.items(), key=lambda one: (-one[1], one[0]))),
            left_out=dict(sorted(self._records.left_out.counts.items())),
            steps=self._maker.notes(),
            n_made=self._ids.n_made,
            n_several=self._people.n_several,
            remarks=(*self._export.notes, *self._remarks, *((more,) if more else ())),
            resolution=resolution,
            agreement=agreement(self._people.said),
        )

    def _disagreement_table(self) -> bytes:
        rows = self._disagreements
        texts = {cell for row in rows for cell in row}
        return csv_text(_HEAD, rows, texts=texts, cells="safe").encode()


def _disagreement(made: Made, name: str) -> tuple[str, ...]:
    """A row for people: texts masked, labels in the order of those who gave them."""
    labels = JOIN.join(joined(one.labels) for one in made.record.answers)
    text = cut(mask(made.text).text)
    return (masked_id(name), text, labels, made.annotators, made.taken.label)


def _shown(made: Made, name: str) -> Shown:
    before, after = (cut(mask(text).text) for text in (made.before, made.text))
    return Shown(masked_id(name), before, after, made.taken.label)


def _options(asked: ImportAsked, rule: str) -> dict[str, str]:
    """What was asked for, as it is typed; a person in the `rule` as our files call them."""
    found = {"--preset": asked.preset, "--disagree": rule}
    for one in fields(Asked):
        value = getattr(asked.of_preset, one.name)
        if isinstance(value, dict):
            value = ",".join(f"{role}={name}" for role, names in value.items() for name in names)
        elif not isinstance(value, str):
            value = ",".join(value)
        found[option(one.name)] = value
    found["--html"] = asked.html
    found |= {option(f"cut-{name}"): "yes" for name in asked.cut}
    if asked.dialect is not None:
        found["--delimiter"] = asked.dialect.delimiter or ""
        found["--encoding"] = asked.dialect.encoding or ""
    return {name: value for name, value in found.items() if value}
