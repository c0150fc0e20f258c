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
    """Which column of the file is which; the optional ones are None when they are not mapped."""

    id: Name = "id"
    text: Annotated[Name | list[Name], BeforeValidator(_names)] = "text"
    label: Name = "label"
    all_labels: Name | None = None
    group: Name | None = None
    time: Name | None = None
    split: Name | None = None

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

    columns: Columns = Columns()
    delimiter: Annotated[str, BeforeValidator(_delimiter)] | None = None
    encoding: Annotated[str, BeforeValidator(_encoding)] | None = None
    labels: dict[str, Name] = Field(default={})
    all_labels_separator: Literal["|", ",", ";", "json"] | None = None
    where: dict[Name, Annotated[str | list[str], BeforeValidator(_values)]] = Field(default={})
    join: str = "\n\n"
    line_ends: Literal["lf", "keep"] = "lf"

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

    path: FileName


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
