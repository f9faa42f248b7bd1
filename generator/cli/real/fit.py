"""``defectgen fit``: kinds of defects from real ones. Source: own."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from generator.core.errors import ConfigError
from generator.dataset.problem import listed
from generator.fit.fit import FitResult, fit, table_lines
from generator.fit.learn import LEAST_PX, named
from generator.fit.write import FAMILY
from generator.run.build import TARGET, build, coerce

_LEAST_IMAGES = 8  # of fewer, a distance between distributions says nothing
_WHOLE = "generator.source.roi.whole."


def run(config: dict[str, Any]) -> int:
    """Fit the kinds that a resolved configuration asks for, write them and print the table; return the exit code."""
    data, out = (Path(coerce(str, config[key], key)).expanduser().absolute() for key in ("data", "out"))
    good = coerce(str | None, config["good"], "good")
    kind = coerce(dict[str, str], config["kind"] or {}, "kind")
    tries = coerce(int, config["tries"], "tries")
    if not 0 <= tries <= 100_000:
        raise ConfigError("tries", "a whole number in 0..100000", tries)
    result = fit(
        data,
        out,
        format_name=coerce(str, config["format"], "format"),
        kind=kind,
        good=None if good is None else Path(good).expanduser().absolute(),
        roi=_roi(config["roi"]),
        place=coerce(str, config["place"], "place"),
        splits=tuple(coerce(list[str], config["splits"], "splits")),
        tries=tries,
    )
    _print(result, out)
    return 0


def _roi(node: Mapping[str, Any]) -> Any:
    """Return the component that finds the part; None for the whole image."""
    return None if str(node[TARGET]).startswith(_WHOLE) and not node.get("forbidden") else build(node, "roi")


def _print(result: FitResult, out: Path) -> None:
    print(f"read as {result.format}: " + ", ".join(f"{kind.category} {len(kind.real)}" for kind in result.kinds))
    for line in listed(result.problems):
        print(line)
    if result.left_out:
        print(f"warning: no usable mask, left out: {', '.join(result.left_out)}")
    if result.masks_left_out:
        count = "1 mask" if len(result.masks_left_out) == 1 else f"{len(result.masks_left_out)} masks"
        expected = f"expected 0 where there is no defect and {LEAST_PX} px or more on it"
        print(f"warning: {count} left out, {expected}: {named(result.masks_left_out)}")
    _print_comparisons(result)
    for kind, path in zip(result.kinds, result.paths, strict=True):
        forms = [row.kind for row in kind.defect.shape.rows]  # type: ignore[attr-defined]
        shown = ", ".join(f"{word} {forms.count(word)}" for word in dict.fromkeys(forms))
        most = max(kind.per_image)
        on_one = f", 1 to {most} on an image" if most > 1 else ""
        print(f"{kind.category}: {shown}{on_one}: {path}")
    names = ",".join(f"{FAMILY}/{path.stem}" for path in result.paths)
    most = max(max(kind.per_image) for kind in result.kinds)
    print(
        "To use them:\n  defectgen generate source=folder source.path=GOOD roi=whole labels=all export_mask=annotator "
        f"'defects_per_image=[1,{min(most, 4)}]' --config-dir {shlex.quote(str(out))} 'defect=[{names}]'"
    )


def _print_comparisons(result: FitResult) -> None:
    """Print a table of the categories with images enough, and a line with the medians for each other one."""
    few = {kind.category: images for kind in result.kinds if (images := sum(kind.per_image.values())) < _LEAST_IMAGES}
    compared = [row for row in result.comparisons if row.category not in few]
    if compared:
        table = Table(title="real against fitted: 10 %, 50 % and 90 % quantiles, Kolmogorov-Smirnov distance")
        for name in ("class", "property", "real 10 %", "50 %", "90 %", "fitted 10 %", "50 %", "90 %", "KS"):
            table.add_column(name, justify="left" if name in ("class", "property") else "right")
        for line in table_lines(compared):
            table.add_row(*line)
        Console().print(table)
    for category, images in few.items():
        rows = [row for row in result.comparisons if row.category == category]
        if rows:
            medians = ", ".join(f"{line[1]} {line[3]} and {line[6]}" for line in table_lines(rows))
            said = "1 real image is" if images == 1 else f"{images} real images are"
            print(f"{category}: {said} too few to compare distributions; medians, real and fitted: {medians}")
