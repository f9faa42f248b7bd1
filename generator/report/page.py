"""The report of a finished data set: report.html, report.json and the data card README.md.

Everything is read from what lies in the folder, and nothing in the three files depends on where or when they were
written. The page is one file: its pictures are in it, and it fetches nothing. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import orjson
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, FormatError
from generator.core.text import TextLine
from generator.dataset.store import Store, write_text
from generator.imaging.panel import Colour
from generator.report import stats as limits
from generator.report.angle.section import angle_facts, angle_rows, angle_section, angle_sentence, part_rows
from generator.report.angle.words import angle_choices, angle_law
from generator.report.choice import option_of
from generator.report.concerns import concerns, short_reason
from generator.report.contact_sheet import class_colours
from generator.report.figure.spread import charts, class_charts, px, signed, spread_row
from generator.report.ledger import Ledger, read_ledger
from generator.report.origin import given_rows, rules_of, set_rows
from generator.report.showcase import Candidate, Extreme, Showcase
from generator.report.stats import Stats
from generator.report.text.overlay import legend_of
from generator.report.text.section import text_facts, text_rows, text_section
from generator.report.text.words import text_choices, text_law
from generator.report.tile import Tile, full_scale, make_tile
from generator.report.words import (
    command_of,
    defect_names,
    find_exports,
    label_law,
    portable,
    portable_value,
)

PAGE, NUMBERS, CARD = "report.html", "report.json", "README.md"
SCHEMA = 1
_MOST_SIZES = 12
_SAMPLES, _MOST_SAMPLES, _GOOD_SAMPLES = 18, 36, 2


def write_report(root: Path) -> Path:
    """Write the page, its numbers and the data card into a data set's folder.

    Args:
        root: the folder of a finished data set; older files of these names are replaced.

    Returns:
        The page's path.

    Raises:
        FormatError, AssetError: it is no data set, or a file of it is missing or damaged.
        ConfigError: the folder cannot be written.
    """
    store = Store.open(root)
    ledger = read_ledger(root, store.classes)
    stats, showcase = gather(store, ledger.part_classes)
    found = concerns(stats, ledger)
    texts = _texts(root, stats, ledger, found)
    page = _html(root, stats, ledger, showcase, texts)
    card = _template("card.md.j2").render(texts)
    numbers = orjson.dumps(report_json(stats, ledger, found), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    try:
        for name, data in ((NUMBERS, numbers), (CARD, card.encode()), (PAGE, page.encode())):
            write_text(root / name, data)
    except OSError as error:
        raise ConfigError("path", "a folder that can be written", f"{root} ({error.strerror})") from None
    return root / PAGE


def gather(store: Store, part_classes: Sequence[str] = ()) -> tuple[Stats, Showcase]:
    """Return the numbers of a data set and the samples worth showing, in one pass over its record lines.

    Args:
        store: the data set.
        part_classes: classes of whole parts, as far as they are known already.

    Raises:
        FormatError: a line is no record.
    """
    stats, showcase = Stats(store.classes, part_classes), Showcase()
    for number, line in enumerate(store.lines(), 1):
        try:
            stats.add(line)
            showcase.add(line)
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
            problem = f"{type(error).__name__}: {error}"
            raise FormatError(store.root / "records.jsonl", f"line {number}", "a record", problem) from None
    return stats, showcase


def report_json(stats: Stats, ledger: Ledger, found: list[Finding]) -> dict[str, Any]:
    """Return what report.json holds.

    Returns:
        A mapping with these keys. ``schema``: 1. ``spec_id``, ``version``: of the run, null where not known.
        ``summary``: one sentence. All keys of ``Stats.to_json``. ``planned``, ``rejected``: samples.
        ``targets``: per class planned, made and short. ``rejects``: per code the number, the first message and its
        index. ``source_findings``. ``concerns``: what to look at before training.
    """
    targets = {
        name: {"planned": ledger.planned_of(name), "made": n.count, "short": max(0, ledger.planned_of(name) - n.count)}
        for name, n in stats.classes.items()
        if ledger.plan
    }
    return {
        "schema": SCHEMA,
        "spec_id": ledger.run.get("spec_id"),
        "version": ledger.run.get("version"),
        "summary": summary(stats, ledger),
        **stats.to_json(),
        "planned": ledger.planned or None,
        "rejected": ledger.rejected,
        "targets": targets,
        "rejects": {code: asdict(reason) for code, reason in ledger.reasons.items()},
        "source_findings": [asdict(finding) for finding in ledger.source_findings],
        "concerns": [asdict(finding) for finding in found],
    }


def summary(stats: Stats, ledger: Ledger) -> str:
    """Return the data set in one sentence."""
    made = sum(numbers.count > 0 for numbers in stats.classes.values())
    text = stats.text.all
    defects = (
        f"{_number(stats.image_count, 'image')}: {stats.good_count} good, "
        f"{stats.image_count - stats.good_count} defective with {_number(stats.every.count, 'defect')} "
        f"of {_number(made, 'class', 'classes')}; "
    )
    lines = (
        f"{_number(text.images, 'image')} with {_number(text.lines, 'line')} of text, {_number(text.words, 'word')}, "
        f"{_number(text.chars.total, 'character')}; {text.negatives} of them without text; "
    )
    rejected = f"{_number(ledger.rejected, 'sample')} rejected."
    has_defects = bool(stats.classes) or not (stats.turned or 0 < text.images >= stats.image_count)
    return lines * bool(text.images) + _turned(stats) * bool(stats.turned) + defects * has_defects + rejected


def _turned(stats: Stats) -> str:
    """Return how many images have an angle, and how many parts."""
    images, parts = (
        sum(count.count + count.undefined for count in stats.turned.images.values()),
        stats.turned.part_count,
    )
    said = [f"{_number(images, 'image')} with an angle"] if images else []
    said += [f"{_number(parts, 'part')} of {_number(len(stats.part_classes), 'class', 'classes')}"] if parts else []
    all_good = (
        "" if stats.classes else f" on {_number(stats.image_count, 'image')}, all good" if parts else ", all good"
    )
    return f"{' and '.join(said)}{all_good}; "


def _texts(root: Path, stats: Stats, ledger: Ledger, found: list[Finding]) -> dict[str, Any]:
    """Return what page and card both say."""
    spec_id = str(ledger.run.get("spec_id") or "")
    config = ledger.config
    labels = config.get("labels") or {}
    has_text, turned = bool(stats.text.splits), stats.turned
    has_defects = bool(stats.classes) or not (has_text or turned)
    learned = any(numbers.painted.count for numbers in stats.classes.values())
    done = (
        ("text is written", has_text),
        ("defects are painted by a trained model" if learned else "defects are painted", has_defects),
        ("images are turned" if turned.images else "parts are laid", bool(turned)),
    )
    return {
        "title": f"{'Text' if has_text else 'Rotation' if turned else 'Defect'} data set {spec_id[:8]}".strip(),
        "summary": summary(stats, ledger),
        "stats": stats,
        "ledger": ledger,
        "splits": stats.splits or ["train"],
        "concerns": found,
        "warned": any(finding.severity != "info" for finding in found),
        "command": command_of(config),
        "label_law": _laws(stats, ledger),
        "painted": " and ".join(said for said, is_so in done if is_so),
        "derived": "every angle is the one that was applied" * bool(turned)
        + ", and " * (bool(turned) and (has_defects or has_text))
        + "every label is derived from the pixels that changed" * (has_defects or has_text),
        "has_defects": has_defects,
        "learned": learned,
        "turned": turned,
        "angle_tables": angle_rows(turned, stats.splits),
        "angle_sentence": angle_sentence(turned) if turned else "",
        "part_rows": part_rows(turned, stats.splits),
        "text_rows": text_rows(stats.text, stats.splits) if stats.text.splits else [],
        "exports": find_exports(root),
        "origin": _origin(config),
        "made": _made_of_sets(ledger) if ledger.mix else _made(stats, ledger),
        "real": stats.origins.real,
        "origin_rows": stats.origins.rows(stats.splits, list(stats.classes)),
        "given_rows": given_rows(ledger.mix, list(stats.classes)),
        "licences": stats.origins.licence_rows(),
        "sets": set_rows(ledger.mix),
        "flavour_folders": [f"masks_{flavour}" for flavour in labels.get("keep") or ()],
        "card_rows": [
            (name, (px(n.area.quantile(0.5)), signed(n.contrast.quantile(0.5)))) for name, n in stats.classes.items()
        ],
    }


def _html(root: Path, stats: Stats, ledger: Ledger, showcase: Showcase, texts: Mapping[str, Any]) -> str:
    classes = list(stats.classes)
    colours = class_colours([*stats.part_classes, *classes])
    most = min(max(_SAMPLES, len(classes)), _MOST_SAMPLES)
    chosen = showcase.samples(classes, most, most // 2 if stats.text.splits or stats.turned else _GOOD_SAMPLES)
    bins = len(stats.every.area.octaves(2))
    white = full_scale(root, chosen)
    config = yaml.safe_dump(portable_value(ledger.config), sort_keys=False, allow_unicode=True, width=110)
    return _template("page.html.j2").render(
        texts,
        subtitle=_subtitle(ledger, classes),
        facts=_facts(stats, ledger),
        colours={name: _css(colour) for name, colour in colours.items()},
        text=text_section(stats.text, stats.splits),
        angles=angle_section(stats.turned, stats.splits),
        legend=[(name, _css(colour)) for name, colour in _text_legend(chosen).items()],
        tiles=[make_tile(root, candidate, colours, white) for candidate in chosen],
        extremes=[_extreme_tile(root, extreme, colours, white) for extreme in showcase.extremes()],
        reasons={name: short_reason(name, ledger) for name in classes},
        planned_defects=sum(ledger.planned_of(name) or 0 for name in classes),
        per_image=sorted(stats.per_image.items()),
        sizes=_sizes(stats),
        spread=[(name, spread_row(numbers)) for name, numbers in stats.classes.items() if numbers.count],
        painted=[(name, numbers.painted.cells()) for name, numbers in stats.classes.items() if numbers.painted.count],
        tiny_px=limits.TINY_PX,
        input_px=limits.INPUT_PX,
        faint_percent=round(100 * limits.FAINT),
        charts=charts(stats),
        class_charts=[class_charts(name, numbers, bins) for name, numbers in stats.classes.items() if numbers.count],
        source_findings=ledger.source_findings,
        sample_findings=[
            {"code": code, **numbers, "message": portable(numbers["message"])}
            for (_, code), numbers in sorted(stats.findings.items())
        ],
        config=config if ledger.config else "not known",
    )


def _sizes(stats: Stats) -> list[tuple[str, int]]:
    """Return sizes and their images; of many sizes the least and the largest width and height."""
    if len(stats.sizes) <= _MOST_SIZES:
        return [(f"{w} × {h}", number) for (w, h), number in sorted(stats.sizes.items())]
    ends = zip(stats.least_wh or (), stats.most_wh, strict=True)
    wide, high = (f"{least} to {most}" if least != most else f"{most}" for least, most in ends)
    return [(f"{wide} wide, {high} high", 0)]


def _css(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _text_legend(candidates: Sequence[Candidate]) -> dict[str, Colour]:
    return legend_of(TextLine.from_json(line) for candidate in candidates for line in candidate.lines)


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["md"] = _markdown
    return environment.get_template(name)


def _markdown(text: object) -> str:
    """Return a text as Markdown that shows it as it is, on one line."""
    plain = escape(" ".join(str(text).split()), quote=False)
    return "".join(f"\\{letter}" if letter in "\\`*[]|" else letter for letter in plain)


def _laws(stats: Stats, ledger: Ledger) -> list[tuple[str, str]]:
    """Return what the labels mean: those of defects where there are any, those of text where it is labelled."""
    laws = text_law() if stats.text.splits else []
    laws += angle_law(bool(stats.turned.parts)) if stats.turned else []
    if stats.classes or not laws:
        laws += label_law(ledger.config, stats.origins.real > 0, ledger.mix.get("request", {}).get("mask"))
    return laws


def _subtitle(ledger: Ledger, classes: list[str]) -> str:
    recipe = (ledger.config.get("recipe") or {}).get("name")
    names = ", ".join(classes[:8]) + (f" and {len(classes) - 8} more" if len(classes) > 8 else "")
    parts = [names, f"on {_origin(ledger.config)}" if ledger.config else "", f"recipe {recipe}" if recipe else ""]
    return " · ".join(part for part in parts if part)


def _origin(config: Mapping[str, Any]) -> str:
    option = option_of(config.get("source"), "source")
    if option == "part" or option.startswith("drawn/"):
        return "good images drawn by code"
    return {"folder": "good images from a folder", "blank": "blank surfaces"}.get(option, "good images")


def _facts(stats: Stats, ledger: Ledger) -> list[tuple[str, int | str]]:
    about = "" if stats.sources.is_exact else "about "
    real = stats.origins.real
    return [
        ("images", stats.image_count),
        *([("real", real), ("synthetic", stats.image_count - real)] if real else []),
        *text_facts(stats.text),
        *angle_facts(stats.turned),
        *_defect_facts(stats),
        (f"{about}source images", stats.sources.count),
        ("rejected", ledger.rejected),
    ]


def _defect_facts(stats: Stats) -> list[tuple[str, int | str]]:
    if (stats.text.splits or stats.turned) and not stats.classes:
        return []
    return [
        ("good", stats.good_count),
        ("defective", stats.image_count - stats.good_count),
        ("defects", stats.every.count),
        ("classes", len(stats.classes)),
    ]


def _made(stats: Stats, ledger: Ledger) -> list[str]:
    """Return how the data set was made, as lines of the card."""
    config, run = ledger.config, ledger.run
    lines = [f"recipe: {_markdown(config['recipe']['name'])}"] if (config.get("recipe") or {}).get("name") else []
    about = "" if stats.sources.is_exact else "about "
    lines.append(f"source: {_origin(config)}, {about}{stats.sources.count} of them")
    choices = [*text_choices(config), *angle_choices(config)]
    lines += [_markdown(choice.replace("=", ": ", 1)) for choice in choices]
    lines.append("defects: " + (", ".join(map(_markdown, defect_names(config) or stats.classes)) or "none"))
    lines += [f"{key}: {_markdown(config[key])}" for key in ("seed",) if key in config]
    lines += [f"{key}: {_markdown(run[key])}" for key in ("version", "spec_id") if key in run]
    if ledger.planned:
        reasons = ", ".join(f"{_markdown(code)} {reason.count}" for code, reason in ledger.reasons.items())
        lines.append(
            f"planned: {ledger.planned} samples; rejected: {ledger.rejected}" + (f" ({reasons})" if reasons else "")
        )
    return lines


def _made_of_sets(ledger: Ledger) -> list[str]:
    """Return what was mixed and by which rules, as lines of the card."""
    lines = []
    for name, images, kept, reasons in set_rows(ledger.mix):
        lines.append(
            f"{_markdown(name)}: {kept} of {images} images" + (f"; left out: {_markdown(reasons)}" * bool(reasons))
        )
    lines.append(f"rules: {_markdown(rules_of(ledger.mix))}")
    lines += [f"{key}: {_markdown(ledger.run[key])}" for key in ("version", "spec_id") if key in ledger.run]
    return lines + [_markdown(note) for note in ledger.mix.get("notes", ())]


def _extreme_tile(root: Path, extreme: Extreme, colours: Mapping[str, Colour], white: int) -> Tile:
    candidate, size = extreme.candidate, abs(extreme.value)
    if extreme.title.endswith(" text"):
        kind = extreme.title.split()[0]
        letters = f"{size:.0f} letters and spaces"
        note = {"smallest": f"capitals {size:.1f} px", "largest": f"capitals {size:.1f} px"}.get(kind, letters)
        note = f"contrast {size:.1%} of full scale" if kind == "faintest" else note
        return make_tile(root, candidate, colours, white, focus_line=extreme.place, title=extreme.title, note=note)
    note = f"change {size:.1%} of full scale (90 % quantile)"
    note = f"{size:.0f} px" if extreme.title in ("smallest", "largest") else note
    note = f"{candidate.categories[extreme.place]}: {note}"
    return make_tile(root, candidate, colours, white, focus=extreme.place, title=extreme.title, note=note)


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
