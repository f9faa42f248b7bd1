"""``defectgen mix``: several data sets to one. Source: own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from generator.cli.export import export_all, parse_export
from generator.cli.generate import check_name
from generator.core.errors import ConfigError, nearest
from generator.core.names import UNFINISHED
from generator.health.alike import alike_by_content
from generator.mix.count import ORIGINS
from generator.mix.mix import mix
from generator.mix.request import MixRequest, Part
from generator.mix.result import MixResult
from generator.mix.split import described
from generator.run.build import coerce

_MOST_LISTED = 10
_PART_KEYS = ("path", "format", "licence", "split", "group", "synthetic", "classes")
_ClassMap = Mapping[str, str | None]


def run(config: dict[str, Any]) -> int:
    """Mix the data sets that a resolved configuration names, and print what came of it; return the exit code."""
    check_name(config)
    formats, flavour = parse_export({**config, "export_mask": "exact"})
    parts, request = parse_parts(config["data"]), parse_request(config)
    wants_report = coerce(bool, config["report"], "report")
    out = Path(coerce(str, config["out"], "out")).expanduser().absolute()
    result = mix(parts, out, request, alike=alike_by_content, unfinished=True)
    export_all(out, formats, flavour)
    if wants_report:
        from generator.report.page import write_report

        write_report(out)
    (out / UNFINISHED).unlink()
    print_result(result, request)
    for name in formats:
        print(f"{name}: {out / 'export' / name}")
    print(f"report: {out / 'report.html'}" if wants_report else f"data set: {out}")
    return 0


def parse_parts(node: object) -> list[Part]:
    """Return the data sets that ``data`` names.

    Args:
        node: a path, a list of paths, or name -> path or keys.

    Raises:
        ConfigError: it names none, or a key is not known or does not fit.
    """
    if isinstance(node, str):
        node = [node]
    if isinstance(node, list):
        paths = [Path(coerce(str, path, f"data[{number}]")) for number, path in enumerate(node)]
        return [Part(name=_name_of(path), path=path.expanduser().absolute()) for path in paths]
    if not isinstance(node, Mapping):
        raise ConfigError("data", "paths of data sets, or {name: {path: ...}}", node)
    return [_parse_part(str(name), keys) for name, keys in node.items()]


def parse_request(config: Mapping[str, Any]) -> MixRequest:
    """Return the rules of a resolved configuration.

    Raises:
        ConfigError: a value does not fit.
    """
    splits, ratio = config["splits"], config["ratio"]
    if isinstance(splits, str) and splits != "keep":
        raise ConfigError("splits", "keep, or shares such as {train: 0.8, val: 0.1, test: 0.1}", f"'{splits}'")
    if ratio is not None:
        ratio = coerce(Mapping[str, float], ratio, "ratio")
        if set(ratio) != set(ORIGINS):
            raise ConfigError("ratio", "{real: ..., synthetic: ...}", dict(ratio))
    return MixRequest(
        classes=_class_map(config["classes"], "classes"),
        emptied=coerce(str, config["emptied"], "emptied"),  # type: ignore[arg-type]
        broken=coerce(str, config["broken"], "broken"),  # type: ignore[arg-type]
        mask=coerce(str, config["mask"], "mask"),
        splits=None if splits in ("keep", None) else coerce(Mapping[str, float], splits, "splits"),
        on_leak=coerce(str, config["on_leak"], "on_leak"),  # type: ignore[arg-type]
        synthetic_in=tuple(coerce(list[str], config["synthetic_in"], "synthetic_in")),
        ratio=None if ratio is None else (ratio["real"], ratio["synthetic"]),
        synthetic_share=coerce(float | None, config["synthetic_share"], "synthetic_share"),
        groups_shared=coerce(bool, config["groups_shared"], "groups_shared"),
        pixels=coerce(bool, config["pixels"], "pixels"),
        seed=coerce(int, config["seed"], "seed"),
        overwrite=coerce(bool, config["overwrite"], "overwrite"),
    )


def print_result(result: MixResult, request: MixRequest) -> None:
    """Print what became of the data sets, and images and defects before and after."""
    for done in result.sets:
        said = "".join(f"; left out: {number}, {reason}" for reason, number in done.left_out.items())
        print(f"{done.name}: {done.kept} of {done.images} images{said}")
        for problem in done.problems[:_MOST_LISTED]:
            print(f"  not read: {problem}")
        if len(done.problems) > _MOST_LISTED:
            print(f"  not read: {len(done.problems) - _MOST_LISTED} more, all in {result.root / 'problems.csv'}")
    _print_leaks(result, request.on_leak)
    Console().print(_table(result))
    licences = ", ".join(f"{name or 'not known'} {number}" for name, number in sorted(result.licences.items()))
    print(f"licences: {licences}")
    if result.synthetic_share:
        print(f"weights.csv: synthetic images are {result.synthetic_share:.0%} of the sampling mass of train")
    for note in result.notes:
        print(f"note: {note}")


def _print_leaks(result: MixResult, on_leak: str) -> None:
    if not result.leaks:
        return
    done = (
        "those of train were left out (those of val beside test); on_leak=move moves real ones to train instead"
        if on_leak == "drop"
        else "real ones stand in train now, synthetic ones on images of val or test were left out"
    )
    print(f"leaks between the given splits: {len(result.leaks)}; {done}")
    for leak in result.leaks[:_MOST_LISTED]:
        print(f"  {described(leak)}")
    if len(result.leaks) > _MOST_LISTED:
        print(f"  {len(result.leaks) - _MOST_LISTED} more; left_out.csv names every image that is not in the mix")


def _parse_part(name: str, keys: object) -> Part:
    where = f"data.{name}"
    if isinstance(keys, str):
        keys = {"path": keys}
    if not isinstance(keys, Mapping):
        raise ConfigError(where, "a path, or {path: ..., split: ...}", keys)
    for key in keys:
        if key not in _PART_KEYS:
            raise ConfigError(f"{where}.{key}", "a known key", f"'{key}'", nearest(str(key), _PART_KEYS))
    if "path" not in keys:
        raise ConfigError(f"{where}.path", "a path", "nothing")
    return Part(
        name=name,
        path=Path(coerce(str, keys["path"], f"{where}.path")).expanduser().absolute(),
        format_name=coerce(str, keys.get("format") or "auto", f"{where}.format"),
        synthetic=coerce(bool | None, keys.get("synthetic"), f"{where}.synthetic"),
        licence=coerce(str, keys.get("licence") or "", f"{where}.licence"),
        split=coerce(str | None, keys.get("split"), f"{where}.split"),
        group=coerce(str | None, keys.get("group"), f"{where}.group"),
        classes=_class_map(keys.get("classes"), f"{where}.classes"),
    )


def _class_map(value: object, where: str) -> _ClassMap:
    """Return class names -> those of the mix; a path is that of a yaml file of them, in which any letter may stand."""
    if isinstance(value, str):
        expected = "{name: name, ...}, or a yaml file of such lines"
        try:
            content = yaml.safe_load(Path(value).expanduser().read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ConfigError(where, expected, f"'{value}' ({error.strerror})") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(where, expected, f"{value}: {' '.join(str(error).split())}") from None
        if not isinstance(content, Mapping):
            raise ConfigError(where, expected, f"{value}, which holds none")
        value = content
    return coerce(_ClassMap, value or {}, where)


def _name_of(path: Path) -> str:
    """Return the name of a data set that was given none: that of its folder or file."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", path.stem if path.suffix == ".json" else path.name).strip("-")
    if not name:
        raise ConfigError("data", "a path with a name", f"'{path}'", "Name it: data={name: {path: ...}}")
    return name


def _table(result: MixResult) -> Table:
    """Return images and defects per class: a row each, a column a split and origin, as given -> as mixed."""
    columns = [
        (split, origin)
        for split in result.after
        for origin in ORIGINS
        if result.before[split][origin]["images"] or result.after[split][origin]["images"]
    ]
    table = Table(title="given -> mixed")
    table.add_column("")
    for split, origin in columns:
        table.add_column(f"{split}\n{origin}", justify="right")
    rows = [
        ("images", ("images",)),
        ("good images", ("good",)),
        *((name, ("defects", name)) for name in result.classes),
    ]
    for title, path in rows:
        cells = []
        for split, origin in columns:
            before, after = result.before[split][origin], result.after[split][origin]
            for key in path:
                before, after = before[key], after[key]
            cells.append(str(after) if before == after else f"{before} -> {after}")
        table.add_row(title, *cells)
    return table
