import numpy as np
import pytest

from generator.core.units import Range
from generator.text.marking.drop.dot_matrix import DotMatrix
from generator.text.marking.drop.drops import Drops, stamped
from generator.text.marking.grid import dots_of

ONE = Range(1.0, 1.0)
NONE = Range(0.0, 0.0)
CLEAN = {
    "diameter": Range(0.8, 0.8),
    "size_jitter": NONE,
    "jitter_along": NONE,
    "jitter_across": NONE,
    "row_error": NONE,
    "oval": ONE,
    "merge": NONE,
    "rim": NONE,
    "missing": NONE,
    "satellites": NONE,
    "stretch": ONE,
    "slant_deg": NONE,
}


def _drops(u, v, radius, number=1):
    return Drops(
        uv=np.array([[u, v]], np.float32),
        radii=np.full((1, 2), radius, np.float32),
        weights=np.ones(1, np.float32),
        numbers=np.array([number]),
    )


def _centres(plate):
    """Return the centre of mass of each character's ink, (n, 2)."""
    v, u = np.indices(plate.cover.shape) + 0.5
    shares = [np.where(plate.owner == number, plate.cover, 0.0) for number in range(1, len(plate.chars) + 1)]
    return np.array([[(share * u).sum(), (share * v).sum()] / share.sum() for share in shares])


def test_a_drop_has_its_place_and_its_area(dotted):
    struck = stamped(dotted, _drops(20.3, 21.7, 4.0))
    v, u = np.indices(struck.cover.shape) + 0.5
    mass = struck.cover / 255.0
    assert mass.sum() == pytest.approx(np.pi * 16, rel=0.03)
    assert (mass * u).sum() / mass.sum() == pytest.approx(20.3, abs=0.05)
    assert (mass * v).sum() / mass.sum() == pytest.approx(21.7, abs=0.05)


def test_a_drop_beyond_the_border_is_cut_off(dotted):
    struck = stamped(dotted, _drops(0.0, 20.0, 4.0))
    assert struck.cover.sum() / 255.0 == pytest.approx(np.pi * 8, rel=0.08)
    assert struck.cover[:, 20:].sum() == 0


def test_a_drop_over_the_border_of_its_character_stays_its_own(dotted):
    edge = int(np.flatnonzero(np.diff(dotted.owner[0].astype(int)))[0]) + 1
    struck = stamped(dotted, _drops(edge + 2.0, 20.0, 3.0, number=1))
    assert np.all(struck.owner[struck.cover > 128] == 1)


def test_touching_drops_flow_together_only_where_they_are_told_to(dotted):
    two = Drops(
        uv=np.array([[12.0, 20.0], [21.0, 20.0]], np.float32),
        radii=np.full((2, 2), 4.0, np.float32),
        weights=np.ones(2, np.float32),
        numbers=np.array([1, 1]),
    )
    apart, joined = stamped(dotted, two), stamped(dotted, two, merge=1.0)
    assert apart.cover[20, 16] < 30
    assert joined.cover[20, 16] > 200
    assert abs(int(joined.cover[20, 8]) - int(apart.cover[20, 8])) < 40


def test_drops_lie_where_the_dots_of_the_face_are(dotted):
    struck = DotMatrix(**CLEAN).strike(dotted, np.random.default_rng(0))
    shift = struck.lines[0].baseline_uv[0] - dotted.lines[0].baseline_uv[0]
    dots = dotted.marks.dots_uvn
    expected = [dots[dots[:, 2] == number, :2].mean(axis=0) + shift for number in (1, 2)]
    np.testing.assert_allclose(_centres(struck), expected, atol=0.1)
    boxes = dotted.boxes_uv + np.concatenate([shift, shift])
    np.testing.assert_allclose(struck.boxes_uv, boxes, atol=0.01 + 5.0 - 4.0)


def test_a_slow_belt_moves_drops_boxes_baseline_and_owners_alike(dotted):
    sound = DotMatrix(**CLEAN).strike(dotted, np.random.default_rng(0))
    struck = DotMatrix(**(CLEAN | {"stretch": Range(1.5, 1.5)})).strike(dotted, np.random.default_rng(0))
    for a, b in ((_centres(sound), _centres(struck)), (sound.lines[0].baseline_uv, struck.lines[0].baseline_uv)):
        assert b[1, 0] - b[0, 0] == pytest.approx(1.5 * (a[1, 0] - a[0, 0]), abs=0.15)
    middles = (struck.boxes_uv[:, 0] + struck.boxes_uv[:, 2]) / 2.0
    at = struck.owner[20, middles.astype(int)]
    assert at.tolist() == [1, 2]
    assert struck.boxes_uv[1, 2] - struck.boxes_uv[1, 0] == pytest.approx(4.0, abs=0.01)


def test_columns_lean_to_the_right_at_their_top(dotted):
    struck = DotMatrix(**(CLEAN | {"slant_deg": Range(20, 20)})).strike(dotted, np.random.default_rng(0))
    dots = struck.marks.dots_uvn[struck.marks.dots_uvn[:, 2] == 2]
    top, bottom = dots[dots[:, 1].argmin()], dots[dots[:, 1].argmax()]
    assert top[0] - bottom[0] == pytest.approx(30.0 * np.tan(np.radians(20)), abs=0.05)
    assert struck.boxes_uv[1, 0] == pytest.approx(bottom[0] - 2.0, abs=0.05)
    assert struck.boxes_uv[1, 2] == pytest.approx(top[0] + 2.0, abs=0.05)
    assert np.all(struck.owner[np.floor(dots[:, 1]).astype(int), np.floor(dots[:, 0]).astype(int)] == 2)


def test_no_character_loses_more_than_a_quarter_of_its_drops(dotted):
    coder = DotMatrix(**(CLEAN | {"missing": Range(0.3, 0.3)}))
    lost = 0
    for seed in range(30):
        dots = coder.strike(dotted, np.random.default_rng(seed)).marks.dots_uvn
        counts = np.bincount(dots[:, 2].astype(int), minlength=3)[1:]
        assert np.all(counts >= np.array([10, 7]) * 0.75)
        lost += 17 - len(dots)
    assert lost > 0


def test_satellites_are_never_half_as_dense_as_a_drop(dotted):
    coder = DotMatrix(**(CLEAN | {"satellites": ONE}))
    for seed in range(10):
        clean = DotMatrix(**CLEAN).strike(dotted, np.random.default_rng(seed))
        struck = coder.strike(dotted, np.random.default_rng(seed))
        thrown = struck.cover[(clean.cover == 0) & (struck.cover > 0)]
        assert thrown.size > 0
        assert thrown.max() < 0.5 * struck.cover.max()


def test_a_face_without_dots_is_printed_in_rows_of_dots_that_stand_on_its_baseline(plate):
    dots, pitch = dots_of(plate, 7, 1.0)
    assert pitch == pytest.approx(28 / 7)
    post = dots[dots[:, 2] == 3]
    assert len(np.unique(post[:, 1].round(2))) == 7
    assert post[:, 1].max() == pytest.approx(30.0 - pitch / 2)
    assert set(dots[:, 2]) == {1, 2, 3, 4}


def test_a_character_thinner_than_the_grid_still_gets_a_dot(plate):
    cover = plate.cover.copy()
    cover[:, 62:] = 0
    dots, _ = dots_of(plate.with_(cover=cover), 7, 1.0)
    assert (dots[:, 2] == 4).sum() == 1
