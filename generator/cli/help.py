"""Help texts: what a verb does, a command to copy, where the result lands. Source: own."""

from __future__ import annotations

import textwrap

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
  export=[coco]             formats: {formats}
  export_mask=exact         exact, visible or annotator (the last two with labels=all)
  camera=none               what varies from image to image: exposure, noise, focus ...; mild is a steady station
  drift=none                what has changed about the station; drift.severity=1..5 makes a test series
  distractor=none           harmless look-alikes that are not labelled, such as [dust,hair]
  executor.workers=null     processes; null: one a core
  twins=true                write the good twin of every defective image
  overwrite=false           replace the data set that is there
  only=null                 make one sample alone, beside the data set

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

_HARVEST = """\
defectgen harvest cuts real defects off their images into a bank, from which they are pasted onto good ones.

  defectgen harvest data=real/ out=bank

The bank lands in bank/: cut-outs, a manifest, review.png to look at, and a kind a class. Paste them with
  defectgen generate bank=bank 'defect=[bank/hole]' source=folder source.path=good/ labels=all export_mask=annotator
Labels may be masks, polygons or boxes. Where there is a box alone the mask is found within it; what looks wrong waits
in review.png until you take it with accept=[id,...].

Examples
  defectgen harvest data=coco_export/                                the format is recognised
  defectgen harvest data=wood/ 'splits=[train,test]'                 cut from both sides
  defectgen harvest data=boxes/ 'classes=[hole,knot]' out=wood_bank  two classes alone
  defectgen harvest data=real/ apart=true                            each piece of a mask is a defect of its own
  defectgen harvest data=real/ place=anywhere                        pasted all over, not where real ones lay
  defectgen harvest data=real/ 'accept=[71f0d01da27dd8bf]'           a flagged one that you looked at

Keys
  data=DIR         any data set that can be read, see defectgen doctor data=DIR
  out=bank         the bank's folder, replaced as a whole
  format=auto      a format's name where it is not recognised
  splits=[train]   sides to cut from: leave out what a model is tested on
  classes=[]       classes to cut; none: all
  place=seen       seen: where real ones lay; anywhere: all over the part
  grow_px=2        how far the edge goes on beyond the mask
  apart=false      cut pieces of one mask that lie apart, apart
  accept=[]        ids of flagged cut-outs to take
  segmenter=null   folder of a SAM-like model that finds masks in boxes too
"""

_MIX = """\
defectgen mix puts data sets together, real and synthetic: classes mapped, split by provenance, with weights to train.

  defectgen mix 'data={real: {path: real/, licence: CC-BY-4.0}, synth: outputs/scarce}' name=mixed

The result lands in outputs/<name>/, laid out like that of generate; images are hard links.
What shares a source image, a part, a cut-out or its pixels stands on one side; the check of doctor runs at the end.

Examples
  defectgen mix 'data=[real/,outputs/scarce]' 'export=[yolo]'            splits as they are, leaks resolved and listed
  defectgen mix 'data=[real/,outputs/scarce]' 'splits={train: 0.8, val: 0.1, test: 0.1}' 'ratio={real: 1, synthetic: 2}'
  defectgen mix 'data=[a/,b/]' 'classes={kratzer: scratch, hair: null}'  one name for both; hairs are left out
  defectgen mix 'data={old: {path: old/, split: test}, new: new/}'       all of a data set to one split
  defectgen mix 'data={real: {path: real/, group: "(board[0-9]+)"}}' 'splits={train: 0.8, val: 0.2}'

Keys
  data=...               paths, or name: {path, format, licence, split, group, synthetic, classes}
  name=mixed             the data set; out=outputs/${name} is its folder
  classes=null           class names -> those of the mix; null leaves labels out
  emptied=drop           images that lost all labels that way: drop or good
  broken=drop            images of which a label could not be read: drop or keep
  mask=exact             which masks of synthetic images: exact, visible or annotator
  splits=keep            or shares, drawn anew for whole families of images, each class spread
  on_leak=drop           what belongs together and stands on two sides: drop it from train, move it there, or fail
  synthetic_in=[train]   splits in which synthetic images may stand
  ratio=null             most synthetic images in train: {real: 1, synthetic: 2}; or synthetic_share=0.6
  groups_shared=false    whether a group's name means the same part in every data set
  pixels=true            whether images are compared by their pixels too
  seed=0                 other choices where there is a choice
  export=[]              {formats}
  report=true            report.html, report.json and the data card
  overwrite=false        replace the data set that is there
"""

_FIT = """\
defectgen fit learns kinds of defects from real images with masks, in seconds and without training.

  defectgen fit data=real/ out=fitted

A yaml a category lands in fitted/defect/fitted/; a table says how near made ones come to the real ones. Use them with
  defectgen generate --config-dir fitted 'defect=[fitted/crack]' source=folder source.path=good/ \\
      labels=all export_mask=annotator
Train on the annotator masks: they are as wide as those that came with the real ones.

Examples
  defectgen fit data=coco_export/                                    the format is recognised
  defectgen fit data=real/instances.json good=good/                  COCO's JSON; tried on good images of your own
  defectgen fit data=real/ 'kind={crack: line, stain: region}'       the form is given, not judged
  defectgen fit data=real/ roi=auto                                  places are relative to the part, not the image
  defectgen fit data=three_images/ out=fitted tries=0                three real ones are enough; no table

Keys
  data=DIR        any format that is read and holds masks or polygons, or the file that describes it; or plain:
                  <class>/x.png (or defect/<class>/x.png) with masks/<class>/x.png, good images in good/
  out=fitted      the folder to give to generate, plan and preview with --config-dir
  format=auto     how data is laid out, if it is not recognised
  kind=null       line, blob or region for a category; those not named are judged by their masks
  good=null       good images to try the kinds on; null: those of data, else its defective ones, defects filled in
  roi=whole       roi=auto, mask_dir or polygons: places are shares of the part's box
  tries=200       defects made in memory for the table; of fewer than eight real images it shows the medians alone
"""

_AUGMENT = """\
defectgen augment brings scarce classes to their targets: made defects beside the real ones, mixed into one data set.

  defectgen augment data=wood/ target=largest name=balanced

The result lands in outputs/<name>/, laid out like that of generate. Only the train side of data is learned from; images
of val and test are carried over untouched. Counts are exact; rejected samples are made up for.

Examples
  defectgen augment data=wood/ target=40 'export=[yolo_segment]'
  defectgen augment data=wood/ 'target={hole: 60, scratch: 40}' 'combinations={hole+scratch: 10}'
  defectgen augment data=mvtec/wood/ 'splits={train: 0.67, test: 0.33}'    MVTec AD has defects in test alone
  defectgen augment data=wood/ 'makers={bank: 0.6, procedural: 0.4}' 'kinds={scratch: [metal/scratch]}'
  defectgen augment data=wood/ feedback=predictions.json                   more of what a detector misses

Keys
  data=DIR             any data set that can be read, see defectgen doctor data=DIR
  target=largest       defects of each class in train: largest, a number, or {hole: 60, scratch: 40}
  cap=20               most made defects per real one
  makers=null          shares: bank pastes real ones, fitted draws learned ones, procedural the catalogue's;
                       null: bank alone; for a class of its own: {bank: 1, hole: {procedural: 1}}
  kinds=null           what procedural draws a class with; kinds_dir=DIR has kinds of your own
  combinations=null    images that carry several classes
  good_share=null      least share of good images in train; good=DIR: more good images to put defects on
  splits=null          real images shared out anew, by provenance
  feedback=null        COCO results on the validation images (feedback_data, feedback_split, feedback_score)
  roi=whole            where defects may lie
  export=[]            {formats}
  keep_work=false      keep the bank, the kinds and the made sets
  overwrite=false      replace the result that is there
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
        "fit": _FIT,
        "harvest": _HARVEST,
        "mix": _MIX.replace("{formats}", formats),
        "augment": _AUGMENT.replace("{formats}", formats),
        "export": _EXPORT.replace("{formats}", formats),
        "report": _REPORT,
        "doctor": _DOCTOR,
    }[verb]
    if verb not in ("generate", "plan", "preview"):
        return text
    rows = {group: f"  {group:<15} {_wrapped(group_options(group))}" for group in groups() if group != "experiment"}
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
