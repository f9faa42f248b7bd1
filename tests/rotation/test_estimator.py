"""Labels against an estimator that shares no code with the stage: 1,000 drawn images, and 1,000 real ones if any."""

from __future__ import annotations

import numpy as np
import pytest

from generator.cli.compose import compose_config
from generator.dataset.store import Store
from generator.imaging.codec import decode_image, encode_png
from generator.run.generate import Job
from generator.source.part.source import EVERY
from tests.rotation.estimator import difference_deg, estimate
from tests.rotation.fills import PLAIN_FILLS, config_of
from tests.rotation.measured import REAL, Errors, errors_of, photographs

EACH = -(-1000 // len(EVERY))
KERNELS = ("cubic", "lanczos", "linear")


def test_an_arrow_that_points_up_points_left_after_ninety_degrees(tmp_path):
    """What anybody can see: +90 is a quarter turn against the clock, and so says the file."""
    up = np.zeros((64, 64, 1), np.uint8)
    up[16:56, 30:34] = 255  # the shaft
    for row in range(16):
        up[8 + row, 31 - row : 33 + row] = 255  # the head, its tip at the top
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "arrow.png").write_bytes(encode_png(up))
    overrides = [
        "recipe=rotation", "rotation/fill=constant", "source=folder", f"source.path={tmp_path / 'good'}",
        f"out={tmp_path / 'set'}", "rotation.angles=[90,-90,180,0]", "count=4",
        "splits={train: 1}", "executor=serial", "report=false",
    ]  # fmt: skip
    root = Job(compose_config("generate", overrides)).run(lambda images, rejected: None).root
    points = {0.0: "up", 90.0: "left", 180.0: "down", -90.0: "right"}
    seen = {}
    for record in Store.open(root):
        pixels = decode_image((root / record.image).read_bytes(), record.key).pixels[..., 0].astype(float)
        rows, columns = np.nonzero(pixels)
        tip = {"up": rows.min(), "down": 63 - rows.max(), "left": columns.min(), "right": 63 - columns.max()}
        head = {
            "up": pixels[:24].sum(), "down": pixels[40:].sum(),
            "left": pixels[:, :24].sum(), "right": pixels[:, 40:].sum(),
        }  # fmt: skip
        seen[record.orientation.angle_deg] = max(head, key=head.get)
        assert tip[seen[record.orientation.angle_deg]] == 8
    assert seen == points


def test_the_estimator_knows_its_sign_and_finds_what_it_is_not_told():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (65, 65, 1)).astype(np.uint8)
    for count, angle in ((1, 90.0), (2, 180.0), (-1, -90.0), (0, 0.0)):
        found = estimate(image, np.rot90(image, count))
        assert abs(difference_deg(found.angle_deg, angle)) < 0.002 and found.agreement > 0.99
    assert estimate(image, rng.integers(0, 256, (65, 65, 1)).astype(np.uint8)).agreement < 0.6


def test_labels_that_are_off_by_a_tenth_of_a_degree_are_found(tmp_path):
    errors = errors_of(
        config_of("constant", tmp_path, "source.products=[cast_housing]", "source.size_wh=[96,96]", "count=20")
    )
    errors.assert_small()
    with pytest.raises(AssertionError):
        Errors(errors.degrees + 0.1).assert_small()


def test_fine_angles_are_exact_to_a_tenth_of_their_step():
    keys = ("experiment=rotation_fine", "source.size_wh=[224,224]", "source.products=[cast_housing,leather]")
    config = compose_config("generate", [*keys, "rotation.range=[-1,1]", "count=42"])
    errors = errors_of(config)
    assert np.abs(errors.degrees).mean() <= 0.005 and np.abs(errors.degrees).max() <= 0.02, errors


@pytest.mark.parametrize("number", range(len(EVERY)), ids=list(EVERY))
def test_the_angle_of_drawn_images_is_the_label(number, tmp_path):
    product, fill = list(EVERY)[number], PLAIN_FILLS[number % len(PLAIN_FILLS)]
    size = (96, 97, 100)[number % 3], (96, 97, 104)[number % 3]
    if fill == "inscribed":  # the crop has to be as large as the others' images
        size = size[0] * 3 // 2, size[1] * 3 // 2
    config = config_of(
        fill,
        tmp_path,
        f"count={EACH}",
        f"source.products=[{product}]",
        f"source.size_wh=[{size[0]},{size[1]}]",
        f"source.mode={('mono8', 'rgb8', 'mono16')[number % 3]}",
        f"rotation.kernel={KERNELS[number % 3]}",
        f"rotation.resample_upright={str(number % 4 == 1 and KERNELS[number % 3] != 'linear').lower()}",
        f"seed={number}",
    )
    errors = errors_of(config)
    print(f"{product:16s} {fill:12s} {errors}")
    errors.assert_small()


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_the_angle_of_real_images_is_the_label(name, real_data, tmp_path):
    folder = photographs(real_data, name, tmp_path)
    if folder is None:
        pytest.skip(f"no images of {name}")
    fill = PLAIN_FILLS[list(REAL).index(name) % len(PLAIN_FILLS)]
    errors = errors_of(config_of(fill, tmp_path, "source=folder", f"source.path={folder}", f"count={REAL[name]}"))
    print(f"{name:16s} {fill:12s} {errors}")
    errors.assert_small()
