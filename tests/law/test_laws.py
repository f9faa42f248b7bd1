"""Laws 1 to 4 and 8 over every defect x every source x every camera depth, found by themselves."""

from __future__ import annotations

import copy
from functools import cache

import numpy as np
import pytest
import yaml

from generator.check.mask_law import mask_law
from generator.cli.compose import compose_config, conf_dir, group_options
from generator.core.errors import ConfigError
from generator.imaging.codec import encode_png
from generator.run.build import build
from generator.run.pipeline import Pipeline, Rejected
from generator.source.part.source import WHITE, Part

DEFECTS = group_options("defect")
PRODUCTS = Part().products
MODES = {"mono8": (1, np.uint8), "mono16": (1, np.uint16), "rgb8": (3, np.uint8), "rgb16": (3, np.uint16)}
WHITES = sorted(WHITE)
COUNT = 3
SEEN = ("check.visibility.min_visible_px=0", "check.visibility.min_visible_share=0")  # laws hold for faint defects too


@cache
def pipeline_of(defect: str, product: str, mode: str, seed: int = 0) -> Pipeline:
    overrides = [
        f"defect=[{defect}]", f"source.products=[{product}]", f"source.mode={mode}", "source.size_wh=[96,80]",
        f"count={COUNT}", "good_share=0", f"seed={seed}", "labels=all", *SEEN,
    ]  # fmt: skip
    return Pipeline(compose_config("generate", overrides))


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_keeps_the_laws_on_every_surface(defect, product):
    """Every kind meets every product, and every camera depth on at least two of them."""
    mode = WHITES[(DEFECTS.index(defect) + PRODUCTS.index(product)) % len(WHITES)]
    assert_laws(pipeline_of(defect, product, mode), mode)


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_has_room_on_some_surface_in_every_depth(defect):
    for mode in WHITES:
        made = (pipeline_of(defect, product, mode).make(0) for product in PRODUCTS)
        assert any(not isinstance(sample, Rejected) for sample in made), mode


@pytest.fixture(scope="module", params=MODES)
def photographs(request, tmp_path_factory):
    """Return a mode and a folder of three images of that mode on disk."""
    folder = tmp_path_factory.mktemp(request.param)
    drawn = Part(size_wh=(96, 80), mode="mono16" if request.param == "mono16" else "rgb8")
    for rank in (0, 1, 6):
        pixels = drawn.load(drawn.source_id(rank)).pixels
        if request.param == "mono8":
            pixels = pixels[..., 1:2]
        elif request.param == "rgb16":
            pixels = pixels.astype(np.uint16) * 16
        (folder / f"{rank}.png").write_bytes(encode_png(np.ascontiguousarray(pixels)))
    return request.param, folder


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_keeps_the_laws_on_photographs(photographs, defect):
    mode, folder = photographs
    overrides = [
        f"defect=[{defect}]", "source=folder", f"source.path={folder}", f"count={COUNT}", "good_share=0", "labels=all",
        *SEEN,
    ]  # fmt: skip
    assert_laws(Pipeline(compose_config("generate", overrides)), mode)


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_knob_of_every_defect_answers_nonsense_with_its_own_key(defect):
    family, _, name = defect.rpartition("/")
    node = yaml.safe_load((conf_dir() / "defect" / f"{defect}.yaml").read_text(encoding="utf-8"))[name]
    where = f"defect.{family}.{name}"
    build(node, where)
    for path in knobs(node):
        for nonsense in ({"no": "thing"}, "nonsense/\x00", [[]]):
            broken = copy.deepcopy(node)
            parent = broken
            for key in path[:-1]:
                parent = parent[key]
            parent[path[-1]] = nonsense
            with pytest.raises(ConfigError) as caught:
                build(broken, where)
            assert caught.value.where.startswith(".".join((where, *path))), caught.value


def knobs(node: dict, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of all values below a component."""
    found = []
    for key, value in node.items():
        found += knobs(value, (*path, key)) if isinstance(value, dict) else [(*path, key)]
    return found


def assert_laws(pipeline: Pipeline, mode: str) -> None:
    """Laws 1, 2 and 4 on every sample of a pipeline; a kind may say that a surface has no room for it (no traces)."""
    made = [pipeline.make(index) for index in range(COUNT)]
    sound = [sample for sample in made if not isinstance(sample, Rejected)]
    reasons = {finding.code for sample in made if isinstance(sample, Rejected) for finding in sample.findings}
    assert sound or reasons == {"no_room"}, reasons
    for sample in sound:
        channels, dtype = MODES[mode]
        masks = [instance.mask for instance in sample.instances]
        assert mask_law(sample.image, sample.good, masks, sample.roi) == ()  # laws 1 and 2
        assert sample.image.shape == (80, 96, channels) and sample.image.dtype == dtype  # law 4
        assert int(sample.image.max()) <= sample.source.white
        assert np.array_equal(sample.good, sample.source.pixels)
        for instance in sample.instances:
            assert not (instance.visible.full(sample.hw) & ~instance.mask.full(sample.hw)).any()
            if instance.drawn is None:  # else people drew it, wider or narrower than what is seen
                assert not (instance.visible.full(sample.hw) & ~instance.annotator.full(sample.hw)).any()


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_sample_is_a_function_of_config_seed_and_index(defect):
    first, again = pipeline_of(defect, PRODUCTS[0], "rgb8"), Pipeline(_config_of(defect))
    for index in reversed(range(COUNT)):  # law 3: another object, another order
        one, two = first.make(index), again.make(index)
        assert type(one) is type(two)
        if not isinstance(one, Rejected):
            assert np.array_equal(one.image, two.image)
            assert [i.params for i in one.instances] == [i.params for i in two.instances]


def _config_of(defect: str) -> dict:
    overrides = [
        f"defect=[{defect}]", f"source.products=[{PRODUCTS[0]}]", "source.mode=rgb8", "source.size_wh=[96,80]",
        f"count={COUNT}", "good_share=0", "seed=0", "labels=all", *SEEN,
    ]  # fmt: skip
    return compose_config("generate", overrides)


@pytest.mark.parametrize("defect", DEFECTS)
def test_another_seed_gives_another_image(defect):
    one, two = (pipeline_of(defect, PRODUCTS[1], "rgb8", seed).make(0) for seed in (0, 1))
    if not isinstance(one, Rejected) and not isinstance(two, Rejected):
        assert not np.array_equal(one.image, two.image)


@pytest.mark.parametrize("size", [(16, 16), (17, 64), (64, 16)])
@pytest.mark.parametrize("defect", DEFECTS)
def test_tiny_images_give_a_sound_sample_or_a_reason(defect, size):
    overrides = [f"defect=[{defect}]", f"source.size_wh=[{size[0]},{size[1]}]", "count=4", "good_share=0", "attempts=2"]
    pipeline = Pipeline(compose_config("generate", overrides))
    for index in range(4):
        made = pipeline.make(index)
        if isinstance(made, Rejected):
            assert made.findings
        else:
            assert mask_law(made.image, made.good, [i.mask for i in made.instances], made.roi) == ()
