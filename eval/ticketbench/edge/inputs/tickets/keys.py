"""What a config says of its dataset: columns, how the file is written, rows, labels, texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.edge.inputs.documents import Location
from ticketbench.edge.inputs.validation import FileName, Strict
from ticketbench.edge.tables.dialect import delimiter_of, encoding_of
from ticketbench.edge.tables.rows import Dialect, Options

FROM_FILE = "from"
"""The one key of `labels: {from: FILE}`."""

Name = Annotated[str, Field(min_length=1)]


def _names(given: object) -> object:
    names = given if isinstance(given, list) else [given]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError("write the name of a column, or a list of names")
    return given


def _values(given: object) -> object:
    values = given if isinstance(given, list) else [given]
    if not values:
        raise PydanticCustomError("too_short", "must not be empty")
    if not all(isinstance(value, str) for value in values):
        raise PydanticCustomError("string_type", "must be text")
    return given


def _delimiter(given: object) -> object:
    if not isinstance(given, str):
        raise PydanticCustomError("string_type", "must be text")
    return _accepted(given, delimiter_of)


def _encoding(given: object) -> object:
    if not isinstance(given, str):
        raise PydanticCustomError("string_type", "must be text")
    return _accepted(given, encoding_of)


def _accepted(given: str, read: Callable[[str], str]) -> str:
    """`given` itself, once it can be read."""
    try:
        read(given)
    except InputError as error:
        raise ValueError(f"{error}: {error.problems[0].help}") from None
    return given


class Columns(Strict):
    """Which column of the file is which."""

    id: Name = Field(
        default="id",
        description="The column of ids; a table without one gets ids made of the texts: `t-` and "
        "12 digits.",
    )
    text: Annotated[Name | list[Name], BeforeValidator(_names)] = Field(
        default="text", description="The column of the text, or a list of columns that are joined."
    )
    label: Name = Field(default="label", description="The column of the right label.")
    all_labels: Name | None = Field(
        default=None,
        description="The column of every label that fits: a list, or a text with `|` between.",
    )
    group: Name | None = Field(
        default=None,
        description="The column that tells which tickets belong together, such as a customer: "
        "those with one value are not independent.",
    )
    time: Name | None = Field(
        default=None, description="The column of the time, which is kept with the ticket."
    )
    split: Name | None = Field(
        default=None,
        description="The column that says train or test; it is kept with the ticket, and `where` "
        "says which rows are judged.",
    )

    @model_validator(mode="after")
    def _one_role_each(self) -> Self:
        mapped = [column for _, column in self.by_role()]
        doubled = sorted({column for column in mapped if mapped.count(column) > 1})
        if doubled:
            raise ValueError(f"the column {quoted(doubled[0])} has two roles")
        return self

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns of the text, in the order in which they are joined."""
        return (self.text,) if isinstance(self.text, str) else tuple(self.text)

    @property
    def joins(self) -> bool:
        """Whether the text is made of a list of columns."""
        return not isinstance(self.text, str)

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that somebody wrote, and no default."""
        return tuple(column for role, column in self.by_role() if role in self.model_fields_set)

    def by_role(self) -> Iterator[tuple[str, str]]:
        """Every mapped column with its role; each column of the text for itself."""
        for role in type(self).model_fields:
            columns = self.texts if role == "text" else (getattr(self, role),)
            yield from ((role, column) for column in columns if column)


class DatasetKeys(Strict):
    """How a table of tickets is to be read."""

    columns: Columns = Field(
        default=Columns(),
        description="Which column holds what, where your columns have other names.",
    )
    delimiter: Annotated[str, BeforeValidator(_delimiter)] | None = Field(
        default=None, description="What parts the fields: one sign in quotes, or `tab`."
    )
    encoding: Annotated[str, BeforeValidator(_encoding)] | None = Field(
        default=None, description="How the file is written, such as `cp1252`; it is never guessed."
    )
    labels: dict[str, Name] = Field(
        default={},
        description="Old name and new name of labels, such as `{Billing: billing, spam: "
        '__none__, "": __none__}`, or a file of them, `{from: labels.csv}`.',
    )
    all_labels_separator: Literal["|", ",", ";", "json"] | None = Field(
        default=None,
        description="What stands between labels in one cell: `|`, `,`, `;`, or `json` for a list "
        "in JSON.",
    )
    where: dict[Name, Annotated[str | list[str], BeforeValidator(_values)]] = Field(
        default={},
        description="A column and its text, or a list of texts; rows that do not meet all of "
        "them are left out first.",
    )
    join: str = Field(default="\n\n", description="What stands between joined columns.")
    line_ends: Literal["lf", "keep"] = Field(
        default="lf",
        description="With `lf` line ends inside texts become line feeds, with `keep` they stay.",
    )

    @field_validator("labels")
    @classmethod
    def _one_entry_a_label(cls, labels: dict[str, str]) -> dict[str, str]:
        trimmed = [old.strip() for old in labels]
        doubled = sorted({old for old in trimmed if trimmed.count(old) > 1})
        if doubled:
            raise ValueError(f"{quoted(doubled[0])} stands twice, but for outer blanks")
        return labels

    @property
    def labels_file(self) -> str | None:
        """The file of `labels: {from: FILE}`, if that is what is written."""
        return self.labels[FROM_FILE] if [*self.labels] == [FROM_FILE] else None


def keys_of(
    columns: Mapping[str, Sequence[str]], *, delimiter: str | None, encoding: str | None
) -> DatasetKeys:
    """The keys that options of a command stand for. Raises InputError for columns that go nowhere,
    or have two roles.
    """
    named = {role: [*names] if len(names) > 1 else names[0] for role, names in columns.items()}
    try:
        mapped = Columns.model_validate(named)
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError(what, where="--columns", help="such as text=Body,label=Team") from None
    return DatasetKeys(columns=mapped, delimiter=delimiter, encoding=encoding)


NO_KEYS = DatasetKeys()
"""A table as it stands, with the usual names of columns."""


class DatasetConfig(DatasetKeys):
    """The labelled tickets."""

    path: FileName = Field(
        description="The file of tickets: CSV, TSV, JSONL or a JSON list (each also .gz), "
        "Parquet, or a sheet of a spreadsheet (`file.xlsx#Sheet`); or many of them, a folder "
        "of parts or a pattern (`tickets/*.parquet`)."
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """How a dataset is to be read, by what stands where.

    labels_file  the table of `labels: {from: FILE}`, resolved
    place        from a key below `dataset` to its file:line:column; None where none was written
    said_by      how whoever reads can say more of the file, for the help of an error
    """

    keys: DatasetKeys = NO_KEYS
    labels_file: Path | None = None
    place: Callable[[Location], str] | None = None
    said_by: Options = "config"

    @property
    def dialect(self) -> Dialect:
        """How the file is said to be written."""
        delimiter = delimiter_of(self.keys.delimiter) if self.keys.delimiter else None
        encoding = encoding_of(self.keys.encoding) if self.keys.encoding else None
        return Dialect(delimiter, encoding, self.said_by)

    def where(self, location: Location, otherwise: str) -> str:
        """The place of a key below `dataset`, else `otherwise`."""
        return self.place(location) if self.place is not None else otherwise
