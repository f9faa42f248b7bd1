"""Help texts of the verbs that work on real data. Source: own."""

from __future__ import annotations

FIT = """\
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
  place=seen      seen: where real ones lay; anywhere: all over the part, so that their look alone is learned
  splits=[train]  sides that kinds are learned from; what a model is to be tested on stays out
  good=null       good images to try the kinds on; null: those of data, else its defective ones, defects filled in
  roi=whole       roi=auto, mask_dir or polygons: places are shares of the part's box
  tries=200       defects made in memory for the table; of fewer than eight real images it shows the medians alone
"""

HARVEST = """\
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

MIX = """\
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
  classes=null           class names -> those of the mix; null leaves labels out; or a yaml file of them (any letters)
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

AUGMENT = """\
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
  makers=null          shares: bank pastes real ones, fitted draws learned ones, procedural the catalogue's; gan,
                       diffusion and diffusion_inpaint paint with models={gan: DIR, ...}, see defectgen train;
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

TRAIN = """\
defectgen train learns the look of a few real defects, to paint more of them on good images. Needs the extra learn.

  defectgen train model=gan data=real/ out=models/gan

What the data set allows is said first; a class needs two defects or more. The folder holds the model (JSON and
safetensors), log.csv, sheets in grids/, and kinds to paint with:
  defectgen generate source=folder source.path=good/ labels=all learned=models/gan 'defect=[learned/crack]'
The same command again goes on with a training that was stopped.

Examples
  defectgen train model=gan data=real/ good=good/ out=models/gan minutes=30
  defectgen train model=diffusion data=real/ out=models/diffusion            slower, finer
  defectgen train model=diffusion_inpaint model.pretrained=sd15/ data=real/ out=models/lora    a GPU's work
  defectgen train model=mask data=real/ out=models/mask                      outlines, for shape=learned
  defectgen train model=gan data=real/ out=models/gan 'kinds={hole: [textile/hole]}'

Keys
  model=gan          {models}; its keys: --cfg job
  data=DIR           any data set that can be read, see defectgen doctor data=DIR
  out=DIR            the model's folder
  good=null          folder of more good images
  splits=[train]     sides that are learned from; classes=[...]: some classes alone
  kinds=null         kinds of the catalogue that a class is shown first; null: those that bear its name
  drawn=240          number of such drawn defects
  held_out=0.1       share of each class's images that nothing is learned from
  minutes=null       time budget; what was learned by then is saved
  device=auto        a GPU if there is one; cpu, cuda, mps
  grid_every=200     steps from one sheet of samples to the next; save_every=200 likewise
  candidates=4       of which the best is kept, in the kinds that are written
  seed=0             another seed, another model
  overwrite=false    begin anew where a model lies
"""

SYNTHESISE = """\
defectgen synthesise paints defects with a trained model into a bank, which any machine pastes from without the model.

  defectgen synthesise learned=models/gan good=good/ count=200 out=painted

The bank holds each painted defect once, by its content, with a kind a class and a review sheet. Use it with
  defectgen generate source=folder source.path=good/ labels=all bank=painted 'defect=[bank/crack]'

Keys
  learned=DIR        the model's folder
  good=DIR           good images that are painted on
  count=100          defects of each class; classes=[...]: some classes alone
  out=bank           the bank's folder; an older bank there is replaced
  place=anywhere     where the bank's kinds lie: anywhere on the part, or seen, where the painted ones lay
  grow_px=2          how far beyond its mask the edge of a defect goes on, px
  executor.workers=null    processes that paint; null: one a core; on a GPU one process paints
  seed=0             another seed, other defects
  keep_work=false    keep the painted images in <out>.run/painted
"""
