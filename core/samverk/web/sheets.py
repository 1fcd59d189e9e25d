"""Rows as CSV and XLSX: text cells are text, whatever they begin with (security rule 46).

What the rows say is worked out by the slice.
"""

import csv
import io
from collections.abc import Iterable

from samverk.errors import NotFound

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def safe(value: object) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula.

    >>> safe("=1+1"), safe("12")
    ("'=1+1", '12')
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write(kind: str, name: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> tuple[bytes, str, str]:
    """Write rows as a file of the kind (`csv` or `xlsx`). Raises NotFound for another kind."""
    if kind == "csv":
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        writer.writerow(head)
        writer.writerows([safe(cell) for cell in row] for row in rows)
        return buffer.getvalue().encode("utf-8-sig"), CSV, f"{name}.csv"
    if kind != "xlsx":
        raise NotFound()
    import xlsxwriter  # only a download needs it

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, words in enumerate(head):
            sheet.write_string(0, column, words, bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, safe(cell)[:32_000])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head), 22)
    return out.getvalue(), XLSX, f"{name}.xlsx"
