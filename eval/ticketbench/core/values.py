"""Equality of values that hold floats: one NaN equals another."""

from __future__ import annotations


class Value:
    """Equality by fields in which one NaN equals another, so a loaded result equals the saved one.

    For dataclasses that hold floats; they are declared with eq=False.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def _fields(self) -> tuple[object, ...]:
        """The field values, NaN as a word: NaN itself equals nothing."""
        names = self.__dataclass_fields__  # type: ignore[attr-defined]
        return tuple(_comparable(getattr(self, name)) for name in names)


def _comparable(value: object) -> object:
    """`value` with every NaN in it as a word."""
    if isinstance(value, tuple):
        return tuple(_comparable(one) for one in value)
    return "NaN" if value != value else value
