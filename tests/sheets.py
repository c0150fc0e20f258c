"""Spreadsheets for tests, as bytes: the few parts of the formats that hold a plain sheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"

Cells = Sequence[Sequence[str | float | bool | None]]
Sheets = Mapping[str, Cells]


def xlsx(sheets: Sheets, *, merged: str = "", rows: str = "") -> bytes:
    """A workbook; `merged` are ranges such as "A1:B1", `rows` more XML, of every sheet."""
    names = list(sheets)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/></Types>',
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}/main" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>'
            for i, name in enumerate(names, start=1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            {f"rId{i + 1}": ("worksheet", f"worksheets/s{i}.xml") for i in range(len(names))}
        ),
    }
    for i, name in enumerate(names):
        parts[f"xl/worksheets/s{i}.xml"] = _worksheet(sheets[name], merged, rows)
    return packed(parts)


def ods(sheets: Sheets, *, spanned: int = 1) -> bytes:
    """An open document; its first cells span so many columns."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{_open_rows(cells, spanned)}</table:table>"
        for name, cells in sheets.items()
    )
    names = " ".join(f'xmlns:{one}="{_OPEN}:{one}:1.0"' for one in ("office", "table", "text"))
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f"<office:document-content {names}>{body}</office:document-content>"
    listed = f'xmlns:manifest="{_OPEN}:manifest:1.0"'
    manifest = f'<manifest:manifest {listed}><manifest:file-entry manifest:full-path="/" '
    manifest += f'manifest:media-type="{_ODS}"/></manifest:manifest>'
    return packed({"mimetype": _ODS, "content.xml": content, "META-INF/manifest.xml": manifest})


def packed(parts: Mapping[str, str]) -> bytes:
    """A zip file with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text if name == "mimetype" else _HEAD + text)
    return out.getvalue()


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _worksheet(cells: Cells, merged: str, rows: str) -> str:
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in merged.split())
    data = "".join(
        f'<row r="{y}">' + "".join(_cell(f"{chr(65 + x)}{y}", one) for x, one in enumerate(row))
        + "</row>"
        for y, row in enumerate(cells, start=1)
    )  # fmt: skip
    merges = f"<mergeCells>{ranges}</mergeCells>" if ranges else ""
    sheet = f"<sheetData>{data}{rows}</sheetData>{merges}"
    return f'<worksheet xmlns="{_SHEETS}/main">{sheet}</worksheet>'


def _cell(place: str, value: str | float | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    text = escape(value).replace("\r", "_x000D_")
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _open_rows(cells: Cells, spanned: int) -> str:
    span = f' table:number-columns-spanned="{spanned}"' if spanned > 1 else ""
    return "".join(
        "<table:table-row>"
        + "".join(_open_cell(one, span if x == 0 else "") for x, one in enumerate(row))
        + "</table:table-row>"
        for row in cells
    )


def _open_cell(value: str | float | bool | None, span: str) -> str:
    if value is None:
        return f"<table:table-cell{span}/>"
    kind = "string"
    if isinstance(value, int | float):
        kind = f'float" office:value="{value!r}'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}"{span}>{text}</table:table-cell>'
