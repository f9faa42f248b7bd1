"""The model of outlines, as small as it can be: it learns, is kept, is loaded, and draws masks of real sizes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from generator.core.errors import AssetError, RangeError
from generator.core.units import Scale
from generator.defect.outline import Room, Site
from generator.defect.shape.learned.outline import Learned
from generator.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from generator.model.loop.plan import Plan
from generator.model.loop.train import train
from generator.model.mask import outliner
from generator.model.mask.frame import framed
from generator.model.mask.masks import Masks
from generator.model.mask.outliner import MaskOutliner
from generator.model.mask.settings import Mask
from generator.model.patches import Example
from generator.model.port import DRAWN, REAL, LooksFirst
from generator.run.build import build

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

ROOT = Path(__file__).resolve().parents[3]
TINY = Mask(size=16, batch=2, width=8, levels=(1, 2), drawn_steps=2, real_steps=2)
CLASSES = ("crack", "pore")


def _examples() -> list[Example]:
    found = []
    for name, (x, y, w, h) in {"crack": (5, 20, 40, 3), "pore": (20, 12, 11, 12)}.items():
        alpha = np.zeros((50, 50), np.float32)
        alpha[y : y + h, x : x + w] = 1
        plain = np.zeros((50, 50, 3), np.float32)
        found.append(Example(category=name, pixels=plain, surface=plain, alpha=alpha))
    return found


def _masks() -> Masks:
    return Masks(examples=_examples(), classes=CLASSES, size=TINY.size, bend=TINY.bend)


def _learner(settings: Mask = TINY):
    learner = settings.learner(classes=CLASSES, channels=3, seed=0, device="cpu")
    assert isinstance(learner, LooksFirst)
    learner.look(_examples(), CLASSES)
    return learner


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory) -> Path:
    """Return a model that was trained for two steps of each stage."""
    out = tmp_path_factory.mktemp("model") / "mask"
    plan = Plan(seed=0, identity={}, grid_every=2, save_every=2)
    outcome = train(
        TINY, _learner(), {DRAWN: _masks(), REAL: _masks()}, _masks(), out, plan, {}, {}, lambda progress: None
    )
    assert dict(outcome.steps) == {DRAWN: 2, REAL: 2} and len([*(out / "grids").glob("*.png")]) >= 2
    return out


def test_it_keeps_the_real_outlines_with_their_sizes(model_folder):
    checkpoint = load_checkpoint(model_folder, "mask")
    assert checkpoint.classes == CLASSES and checkpoint.channels == 3
    assert checkpoint.weights["labels"].tolist() == [0, 1]
    length, width, angle = checkpoint.weights["sizes"][0].tolist()
    assert length == pytest.approx(40, abs=1) and width == pytest.approx(3, abs=0.3) and abs(angle) < 1
    mask = framed(_examples()[1].alpha > 0.5, TINY.size).field > 0
    assert np.array_equal(checkpoint.weights["masks"][1].numpy() > 0, mask)


def test_the_same_seed_draws_the_same_mask_whoever_loads_it(model_folder):
    def drawn() -> list[bytes]:
        outliner._loaded.cache_clear()
        pen = MaskOutliner(steps=3, tries=2).load(model_folder)
        return [pen.draw(name, seed, 1.0, 0.0, 500.0)[0].tobytes() for name in CLASSES for seed in (1, 2)]

    threads = torch.get_num_threads()
    torch.set_num_threads(3 - min(threads, 2))
    first = drawn()
    torch.set_num_threads(threads)
    assert first == drawn() and len({*first}) == 4


@pytest.mark.parametrize("most_px", [500.0, 12.0])
def test_masks_are_about_as_large_as_real_ones_and_no_larger_than_asked(model_folder, most_px):
    pen = MaskOutliner(steps=3, tries=1).load(model_folder)
    for seed in range(4):
        mask, said = pen.draw("crack", seed, 1.0, 30.0, most_px)
        assert mask.dtype == bool and mask.any() and mask.any(axis=0).all() | mask.any(axis=1).all()
        assert said["length_px"] == pytest.approx(min(40, most_px), rel=0.5) and 0 <= said["likeness"] <= 1
        assert max(mask.shape) <= 3 * most_px
    small, large = (pen.draw("crack", 0, scale, 0.0, 500.0)[1]["length_px"] for scale in (0.5, 1.0))
    assert small == pytest.approx(large / 2)


def test_a_copy_is_drawn_again_and_the_tries_are_told(model_folder):
    strict = MaskOutliner(steps=2, copy_from=1e-6, tries=3).load(model_folder)
    assert strict.draw("pore", 0, 1.0, 0.0, 100.0)[1]["tries"] == 3
    pen = MaskOutliner().load(model_folder)
    real = framed(_examples()[1].alpha > 0.5, TINY.size).field
    copier = replace(pen, field_of=lambda noise, label: real)
    assert copier.draw("pore", 0, 1.0, 0.0, 100.0)[1]["likeness"] == 1.0
    fields = iter([real, real, np.roll(real, 2, axis=0)])
    mended = replace(pen, field_of=lambda noise, label: next(fields))
    said = mended.draw("pore", 0, 1.0, 0.0, 100.0)[1]
    assert said["tries"] == 3 and said["likeness"] < 0.9


def test_an_outline_in_more_pieces_than_real_ones_is_drawn_again(model_folder):
    whole = framed(_examples()[0].alpha > 0.5, TINY.size).field
    broken = np.where(np.abs(np.arange(TINY.size) - 8) < 2, np.float32(-1), whole)
    fields = iter([broken, broken, np.roll(whole, 1, axis=0)])
    pen = replace(MaskOutliner().load(model_folder), field_of=lambda noise, label: next(fields))
    assert pen.draw("crack", 0, 1.0, 0.0, 100.0)[1]["tries"] == 3


def test_an_outline_much_thicker_than_all_real_ones_is_drawn_again(model_folder):
    thick, thin = (framed(one.alpha > 0.5, TINY.size).field for one in _examples()[::-1])
    fields = iter([thick, thick, np.roll(thin, 1, axis=0)])
    pen = replace(MaskOutliner().load(model_folder), field_of=lambda noise, label: next(fields))
    assert pen.draw("crack", 0, 1.0, 0.0, 100.0)[1]["tries"] == 3


def test_the_shape_draws_with_it_from_the_yaml(model_folder):
    node = yaml.safe_load((ROOT / "conf" / "shape" / "learned.yaml").read_text(encoding="utf-8"))
    assert build(node["outliner"], "shape.outliner") == MaskOutliner()
    shape = build({**node, "checkpoint": str(model_folder), "outliner": {**node["outliner"], "steps": 2}}, "shape")
    assert isinstance(shape, Learned) and shape.digest() == MaskOutliner().digest(model_folder)
    room = Room(image=np.zeros((60, 60, 1), np.uint8), white=255, roi=None, scale=Scale(60.0), light_deg=0.0,
                category="pore")  # fmt: skip
    outline = shape.draw(room, Site(x=30, y=30), np.random.default_rng(0))
    assert outline.drawn.any() and outline.fitted(room, 0) is not None
    again = shape.draw(room, Site(x=30, y=30), np.random.default_rng(0))
    assert outline.params == again.params and np.array_equal(outline.alpha, again.alpha)


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been():
    whole, parted = _learner(), _learner()
    for learner in (whole, parted):
        learner.begin(REAL, 2)
    for number in range(2):
        whole.step(_masks().batch(number, 2, REAL), number)
    parted.step(_masks().batch(0, 2, REAL), 0)
    resumed = _learner()
    for name, module in parted.modules().items():
        resumed.modules()[name].load_state_dict(module.state_dict())
    resumed.optimisers()["outlines"].load_state_dict(parted.optimisers()["outlines"].state_dict())
    resumed.begin(REAL, 2)
    resumed.step(_masks().batch(1, 2, REAL), 1)
    for name, tensor in whole.weights().items():
        assert torch.equal(tensor, resumed.weights()[name]), name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"network": {"width": 16, "levels": [1, 2], "real": 2}}, "shape"),
        ({"network": {"width": 8, "levels": [1] * 40, "real": 2}}, "can be built"),
        ({"network": {"width": 8, "levels": [1, 2], "real": 60000}}, "shape"),
        ({"classes": ("crack",)}, "shape"),
        ({"sizes": [[1e9, 3.0, 0.0], [10.0, 3.0, 0.0]]}, "sizes"),
        ({"labels": [0, 7]}, "classes"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused(model_folder, tmp_path, change, said):
    checkpoint: Checkpoint = load_checkpoint(model_folder, "mask")
    weights = dict(checkpoint.weights)
    for name in ("sizes", "labels"):
        if name in change:
            weights[name] = torch.tensor(change[name], dtype=weights[name].dtype)
    fields = {name: value for name, value in change.items() if name not in ("sizes", "labels")}
    save_checkpoint(tmp_path / "changed", replace(checkpoint, weights=weights, **fields))
    with pytest.raises(AssetError, match=said):
        MaskOutliner().load(tmp_path / "changed")


@pytest.mark.parametrize(
    ("field", "value"), [("size", 30), ("width", 12), ("levels", ()), ("bend", 2.0), ("real_steps", 0), ("rate", 0.0)]
)
def test_settings_out_of_range_are_named(field, value):
    with pytest.raises(RangeError) as caught:
        replace(TINY, **{field: value})
    assert caught.value.field == field


def test_the_yaml_describes_the_settings():
    node = yaml.safe_load((ROOT / "conf" / "model" / "mask.yaml").read_text(encoding="utf-8"))
    assert build(node, "model") == Mask()


def test_settings_and_outliner_are_read_without_torch():
    probe = (
        "import sys; import generator.model.mask.settings, generator.model.mask.outliner, generator.model.mask.masks; "
        "import generator.defect.shape.learned.outline; print(sorted({'torch', 'diffusers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split("\n")[-2] == "[]"
