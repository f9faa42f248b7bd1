"""Lines of a table in a text file: cells between commas, semicolons or tabs, whichever its first line has most of.

Source: own.
"""

from __future__ import annotations

import csv
from pathlib import Path

from generator.core.errors import FormatError

_DELIMITERS = ",;\t"


def table_rows(file: Path) -> list[tuple[int, list[str]]]:
    """Return the lines that hold something, each with its number and its cells.

    Raises:
        FormatError: the file cannot be read, is no UTF-8 or no table.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            first = text.readline()
            delimiter = max(_DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
            text.seek(0)
            table = csv.reader(text, delimiter=delimiter, strict=True)
            return [(table.line_num, cells) for cells in table if any(cell.strip() for cell in cells)]
    except OSError as error:
        raise FormatError(file, "", "a table", error.strerror or "a file that cannot be read") from error
    except UnicodeDecodeError as error:
        raise FormatError(file, "", "a table in UTF-8", f"{error.reason}; save it as CSV UTF-8") from error
    except csv.Error as error:
        raise FormatError(file, "", "a table", error) from error
