"""``defectgen preview``: one contact sheet of a recipe, in seconds. Source: own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.cli.generate import check_name
from generator.core.errors import ConfigError
from generator.core.sample import Sample
from generator.core.seeds import Shuffle
from generator.dataset.store import write_text
from generator.imaging.codec import encode_png
from generator.imaging.panel import Colour
from generator.report.angle.words import lies_said, parts_said
from generator.report.contact_sheet import SheetRow, class_colours, contact_sheet
from generator.report.showcase import Candidate, choose
from generator.report.text.overlay import legend_of
from generator.report.text.words import said_of
from generator.run.build import coerce
from generator.run.manifest import mark_output
from generator.run.pipeline import Pipeline
from generator.text.font.files import FontFiles

_ROWS, _MOST_ROWS = 12, 48
_LOOKED_AT = 2048  # specs of the plan that are considered
_TRIES = 2  # samples made for a row at most, as some are rejected


def run(config: dict[str, Any]) -> int:
    """Write the contact sheet of a resolved configuration beside its data set; return the exit code."""
    check_name(config)
    target = _sheet_path(config)
    pipeline = Pipeline(config)
    samples, rejected = make_samples(pipeline, _row_count(pipeline, config["count"]))
    if not samples:
        reason = "no sample was planned" if not len(pipeline) else f"{rejected} samples, all rejected"
        raise ConfigError("preview", "at least one sample", reason, "defectgen generate says why in rejects.jsonl.")
    colours = class_colours(pipeline.classes)
    fonts = own_fonts(pipeline)
    rows = [sheet_row(sample, colours, fonts) for sample in samples]
    shown = {labelled.category for sample in samples for labelled in (*sample.parts, *sample.instances)}
    legend = {name: colour for name, colour in colours.items() if name in shown}
    panels = "image, twin, mask, zoom"
    if any(row.is_turned for row in rows):
        is_defective = any(row.regions for row in rows)
        panels = f"image, turned back{' or twin' * is_defective}, labels, part{' or zoom' * is_defective}"
    if any(row.lines for row in rows):
        legend |= legend_of(line for row in rows for line in row.lines)
        panels = (
            "image, twin if defective, labels" if all(row.is_strip for row in rows) else "image, twin, labels, zoom"
        )
    title = f"{config['name']}: {len(pipeline)} images planned, {len(rows)} shown ({panels})"
    data = encode_png(contact_sheet(rows, legend, title=title))
    try:
        mark_output(target.parent)
        write_text(target, data)
    except OSError as error:
        raise ConfigError("out", "a folder that can be written", f"{target.parent} ({error.strerror})") from None
    if rejected:
        print(f"{rejected} of {rejected + len(samples)} samples were rejected and are not shown")
    print(f"preview: {target}")
    return 0


def make_samples(pipeline: Pipeline, count: int) -> tuple[list[Sample], int]:
    """Return up to ``count`` samples spread over the plan, defective ones first, and how many were rejected on the way.

    Every category that the plan holds is shown where ``count`` allows it.
    """
    order = Shuffle(len(pipeline), pipeline.seed, "preview")
    specs = [pipeline.plan[order[place]] for place in range(min(len(order), _LOOKED_AT))]
    candidates = [
        Candidate(key=s.key, split=s.split, index=s.index, source_id=s.source_id, categories=s.categories)
        for s in specs
    ]
    defective = [candidate for candidate in candidates if candidate.categories]
    good = [candidate for candidate in candidates if not candidate.categories]
    wanted = choose(defective, pipeline.categories, _TRIES * count) + choose(good, (), count)
    samples: list[Sample] = []
    rejected = 0
    for candidate in wanted:
        if len(samples) == count:
            break
        made = pipeline.make(candidate.index)
        if isinstance(made, Sample):
            samples.append(made)
        else:
            rejected += 1
    return sorted(samples, key=lambda sample: (not sample.instances, sample.spec.index)), rejected


def own_fonts(pipeline: Pipeline) -> tuple[FontFiles, ...]:
    """Return the font files that a recipe's texts are set in."""
    fonts = [stage.font for stage in pipeline.stages if hasattr(stage, "font")]
    fonts += [font for several in fonts for font in getattr(several, "fonts", {}).values()]
    return tuple(font for font in fonts if isinstance(font, FontFiles))


def sheet_row(sample: Sample, colours: dict[str, Colour], fonts: tuple[FontFiles, ...] = ()) -> SheetRow:
    """Return a sample as a row of a contact sheet; ``fonts`` have the letters of its text."""
    instances = [instance for instance in sample.instances if instance.mask is not None and instance.mask.area_px]
    kinds = ", ".join(dict.fromkeys(instance.category for instance in instances)) or ("good" * (sample.blank is None))
    parts = [(part.category, part.orientation) for part in sample.parts]
    angles = (lies_said(sample.orientation), parts_said(parts, sample.orientation))
    label = [kinds, *angles, f"{sample.spec.split}/{sample.spec.key}", *said_of(sample.text), sample.spec.source_id]
    return SheetRow(
        image=sample.image,
        twin=sample.good if instances else None,
        regions=tuple(instance.mask for instance in instances if instance.mask is not None),
        colours=tuple(colours[instance.category] for instance in instances),
        white=sample.source.white,
        label="  |  ".join(filter(None, label)),
        lines=sample.text,
        blank=sample.blank,
        char_mask=sample.char_mask,
        caption="  /  ".join(line.text for line in sample.text) or ("no text" * (sample.blank is not None)),
        fonts=fonts,
        orientation=sample.orientation,
        parts=tuple((part, colours[part.category]) for part in sample.parts),
    )


def _row_count(pipeline: Pipeline, count: object) -> int:
    """Return how many samples are shown: a small ``count`` as asked for, or enough for every category."""
    asked = coerce(int | None, count, "count")
    if asked is not None and 0 < asked <= _MOST_ROWS:
        return asked
    return min(max(_ROWS, len(pipeline.categories)), _MOST_ROWS)


def _sheet_path(config: dict[str, Any]) -> Path:
    root = Path(coerce(str, config["out"], "out")).expanduser().absolute()
    if not root.name:
        raise ConfigError("out", "a folder's path with a name", str(root))
    return root.with_name(f"{root.name}.run") / "preview.png"
