"""Help texts: what a verb does, a command to copy, where the result lands. Source: own."""

from __future__ import annotations

import textwrap

from generator.cli.real import help as real

GENERAL = """\
defectgen makes labelled data sets for visual inspection from good images: defects on them, or text.

  defectgen generate                 draws parts, puts defects on them, writes outputs/defects/ and its report.html
  defectgen generate recipe=text     lines of text with exact labels of lines, words and characters

Verbs
  generate   make a data set                        plan      say what would be made, write nothing
  preview    one contact sheet of a recipe          export    more formats from a finished data set
  fit        kinds of defects from a few real ones  report    the report of a finished data set
  harvest    real defects to a bank to paste from   mix      several data sets to one, without leaks
  doctor     what this machine can do; with data=, how healthy a data set is
  augment    scarce classes brought to their targets, bank, kinds and mix in one command
  train      a model that learns the look of real defects: gan, diffusion, diffusion_inpaint, mask
  synthesise a trained model paints a bank of defects, to paste from on any machine

  defectgen VERB --help              examples and keys of one verb
"""

_GENERATE = """\
defectgen generate puts defects or text on good images, or turns them by known angles, and writes images, exact labels,
twins, records and exports.

  defectgen generate source=folder source.path=DIR count=200 seed=7 'defect=[metal/scratch,metal/pit]'

The result lands in outputs/<name>/, its report in outputs/<name>/report.html. The same command again resumes.

Examples
  defectgen generate                                                    drawn parts, nothing else needed
  defectgen generate experiment=leather source=folder source.path=good/ count=500 name=hides camera=mild
  defectgen generate 'defect=[metal/scratch,metal/pit]' 'targets={scratch: 300, pit: 200}'
  defectgen generate recipe=rotation source=folder source.path=good/ rotation.step=1 count=3600
  defectgen generate recipe=text text/corpus=lot_code text/font=dot_matrix text/marking=dot_matrix count=1000
"""

_KEYS = """\
Keys
  name=defects              the data set; out=outputs/${name} is its folder
  count=null                images; null: 64, or as many as targets needs
  seed=0                    another seed, another data set; the same seed, the same bytes
  good_share=0.2            share of images that stay good
  defects_per_image=[1,2]   least and most on a defective image
  shares=null               relative share a category, such as {scratch: 3, pit: 1}
  targets=null              exact number of defects a category, such as {scratch: 300, pit: 200}
  combinations=null         images that carry several classes, such as {scratch+pit: 10}, on top of the others
  splits=null               shares of train, val, test; null: {train: 0.8, val: 0.1, test: 0.1}
  source.path=DIR           with source=folder: where the good images are, found in all folders below
  'source.group="(a\\d+)_"'  a pattern in their paths: images of one part, told by its bracket, go to one split
  export=[coco]             formats: {formats}
  export_mask=exact         exact, visible or annotator (the last two with labels=all)
  camera=none               what varies from image to image: exposure, noise, focus ...; mild is a steady station
  drift=none                what has changed about the station; drift.severity=1..5 makes a test series
  distractor=none           harmless look-alikes that are not labelled, such as [dust,hair]
  executor.workers=null     processes; null: one a core
  twins=true                write the good twin of every defective image
  overwrite=false           replace the data set that is there
  only=null                 make one sample alone, beside the data set

The look of all chosen kinds as a trained model paints it (defectgen train), and outlines as one draws them:
  appearance=gan appearance.checkpoint=models/gan shape=learned shape.checkpoint=models/mask

Any key of a defect can be set too: defect.metal.scratch.shape.width='[1px,3px]'; of text likewise, once its option is
chosen: recipe=text text/layout=surface 'text.layout.count=[2,6]'. The whole configuration: --cfg job.
A sweep over values: -m seed=1,2,3 'name=set${seed}'. Tab completion: eval "$(defectgen -sc install=bash)".
"""

_LISTS = """\
{text}
Experiments (experiment=name): defects, text or angles as a product has them, on drawn ones until source=folder is given
{presets}

Groups (group=option)
{choices}

Groups of text, with recipe=text: what it says, how its print fails ('text/fault=[smear,blot]'), in which face, where it
stands, how it gets onto the surface, how letters are set, how it is bent and seen
{of_text}

Groups of angles: what lies beyond a turned image (recipe=rotation); what parts that were cut out are laid on, and their
shadow (recipe=parts). Which angles: rotation.range=[-5,5] rotation.step=0.1, rotation.mountings=[0,90] and their like
{of_rotation}

{keys}"""

_PLAN = """\
defectgen plan says what generate would make with the same keys: counts, shards, bytes, time. It writes nothing.

  defectgen plan source=folder source.path=DIR count=200 'targets=null'

The table is printed.

Examples
  defectgen plan
  defectgen plan count=10000000
  defectgen plan 'defect=[metal/scratch,metal/pit]' 'targets={scratch: 300, pit: 200}'
  defectgen plan source=folder source.path=good/ count=500
  defectgen plan count=500 good_share=0.5 'splits={train: 1}'
"""

_PREVIEW = """\
defectgen preview writes one contact sheet of what generate would make with the same keys: image, twin, mask.

  defectgen preview source=folder source.path=DIR 'defect=[metal/scratch]'

The sheet lands at outputs/<name>.run/preview.png.

Examples
  defectgen preview
  defectgen preview 'defect=[metal/crack]' seed=3
  defectgen preview source=folder source.path=good/ 'defect=[metal/scratch,metal/pit]'
  defectgen preview 'source.products=[leather]' 'defect=[leather/cut]'
  defectgen preview count=24 good_share=0
"""

_EXPORT = """\
defectgen export writes more formats from a finished data set; images are hard-linked, nothing is drawn again.

  defectgen export path=outputs/defects 'export=[yolo,mvtec]'

The result lands in outputs/defects/export/<format>/.

Examples
  defectgen export path=outputs/defects export=[coco]
  defectgen export path=outputs/defects 'export=[yolo_segment,yolo_obb]'
  defectgen export path=outputs/defects 'export=[mvtec]'
  defectgen export path=outputs/defects 'export=[mask_folder,mask_index]'
  defectgen export path=outputs/defects 'export=[yolo_segment]' export_mask=annotator

Keys
  path=DIR             a finished data set
  export=[...]         {formats}
  export_mask=exact    exact, visible or annotator (the last two if the data set was made with labels=all)
"""

_REPORT = """\
defectgen report makes report.html and report.json of a finished data set again, from its records alone.

  defectgen report path=outputs/defects

The page is self-contained and lands in the data set's folder.

Key
  path=DIR    a finished data set
"""

_DOCTOR = """\
defectgen doctor says what this machine can do; with data= it says how healthy a data set is. It writes nothing.

  defectgen doctor data=real/

Counts, sizes, broken labels with file and line, duplicates, dark, blurred and odd images, frames of one part, leaks
between splits are printed. Without data=: versions, cores, memory, GPU, writable paths, fonts, extras; exit code 1 if
something the core needs is missing.

Examples
  defectgen doctor                                              this machine
  defectgen doctor data=outputs/defects                         a finished data set
  defectgen doctor data=real/ out=health.json                   the screen shows the first of each, the file all
  defectgen doctor data=real/ 'group=part_([0-9]+)_'            the number in a file's name is the part
  defectgen doctor data=real/instances.json strict=true         exit code 1 if it should not be trained on

Keys
  data=DIR          any format that is read, or the file that describes it
  format=auto       how data is laid out, if it is not recognised
  group=null        regular expression on an image's path below data; its first group is the part
  compare=6000      at most so many images are compared by content, to find frames of one part; 0: none
  out=null          a JSON file for everything that was found
  strict=false      exit code 1 after broken labels, leaks, or one image labelled in two ways
"""


def is_help(argument: str) -> bool:
    """Say whether an argument asks for help."""
    return argument in ("--help", "-h", "help")


def help_of(verb: str) -> str:
    """Return a verb's help text with the groups and formats that are there."""
    from generator.cli.compose import group_options, groups
    from generator.dataset.format.table import FORMATS

    formats = ", ".join(FORMATS)
    text = {
        "generate": _GENERATE,
        "plan": _PLAN,
        "preview": _PREVIEW,
        "fit": real.FIT,
        "harvest": real.HARVEST,
        "mix": real.MIX.replace("{formats}", formats),
        "augment": real.AUGMENT.replace("{formats}", formats),
        "train": real.TRAIN.replace("{models}", ", ".join(group_options("model"))),
        "synthesise": real.SYNTHESISE,
        "export": _EXPORT.replace("{formats}", formats),
        "report": _REPORT,
        "doctor": _DOCTOR,
    }[verb]
    if verb not in ("generate", "plan", "preview"):
        return text
    rows = {
        group: f"  {group:<15} {_wrapped(group_options(group))}"
        for group in groups()
        if group not in ("experiment", "model")
    }
    choices = "\n".join(row for group, row in rows.items() if "/" not in group)
    of_text, of_rotation = (
        "\n".join(row for group, row in rows.items() if group.startswith(f"{room}/")) for room in ("text", "rotation")
    )
    presets = "\n".join(f"  {name:<18} {first_words('experiment', name)}" for name in group_options("experiment"))
    return _LISTS.format(
        text=text,
        presets=presets,
        choices=choices,
        of_text=of_text,
        of_rotation=of_rotation,
        keys=_KEYS.replace("{formats}", _indented(formats)),
    )


def first_words(group: str, option: str) -> str:
    """Return an option's first comment line that is no directive: what it is."""
    from generator.cli.compose import conf_dir

    lines = (conf_dir() / group / f"{option}.yaml").read_text(encoding="utf-8").splitlines()
    return next((line.removeprefix("#").strip() for line in lines if not line.startswith("# @")), "")


def _indented(formats: str) -> str:
    """Return the formats in lines that stand below one another behind their key."""
    return textwrap.fill(formats, 118, subsequent_indent=" " * 28, initial_indent=" " * 37).lstrip()


def _wrapped(options: list[str]) -> str:
    lines, line = [], ""
    for option in options:
        if len(line) + len(option) > 95:
            lines.append(line.rstrip())
            line = ""
        line += f"{option}  "
    return ("\n" + " " * 18).join([*lines, line.rstrip()])
