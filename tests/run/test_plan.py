"""Counts are exact, splits go by provenance, and ten million samples open at once."""

import itertools
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.errors import ConfigError, RangeError
from generator.run.counts import apportion
from generator.run.plan import SPLITS, Plan, PlanRequest

NAMES = ("scratch", "pit", "crack")


class Photos:
    """Good images by number."""

    def __init__(self, count, sizes=None):
        self.count = count
        self.parts = range(count or 0) if sizes is None else [0, *itertools.accumulate(sizes)][:-1]

    def source_id(self, rank):
        assert rank >= 0 and (self.count is None or rank < self.count)
        return f"photo-{rank}"


def plan_of(sources=50, names=NAMES, seed=0, **request):
    return Plan(PlanRequest(**request), names, Photos(sources), "defect", seed)


@given(total=st.integers(0, 1000), weights=st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_apportioned_numbers_sum_to_the_total_and_stay_within_one_of_their_quota(total, weights):
    counts = apportion(total, weights)
    if sum(weights) > 0:
        assert sum(counts) == total
        assert all(abs(n - total * w / sum(weights)) < 1 + 1e-6 for n, w in zip(counts, weights, strict=True))


def test_a_case_worked_by_hand():
    plan = plan_of(count=64, good_share=0.25, defects_per_image=(1, 2), names=("scratch", "pit"))
    # 48 defective images: 51/7/6 by split less 13/2/1 good; even over one and two defects: 38 -> 19+19 -> 57 defects
    assert plan.table()["train"] == {"images": 51, "good": 13, "defects": {"scratch": 29, "pit": 28}}
    assert sum(row["images"] for row in plan.table().values()) == 64
    assert sum(row["good"] for row in plan.table().values()) == 16


requests = st.fixed_dictionaries(
    {
        "count": st.none() | st.integers(0, 200),
        "good_share": st.sampled_from([0.0, 0.2, 0.5]),
        "defects_per_image": st.tuples(st.integers(1, 3), st.integers(0, 3)).map(lambda t: (t[0], t[0] + t[1])),
        "targets": st.none() | st.fixed_dictionaries({name: st.integers(0, 40) for name in NAMES}),
        "combinations": st.none()
        | st.fixed_dictionaries({"scratch+pit": st.integers(0, 12), "crack + pit+scratch": st.integers(0, 12)}),
    }
)


@settings(max_examples=150)
@given(request=requests, sources=st.none() | st.integers(1, 40), seed=st.integers(0, 5))
def test_the_specs_are_exactly_what_the_table_says(request, sources, seed):
    try:
        plan = plan_of(sources, seed=seed, **request)
    except ConfigError as error:
        assert error.where == "plan.count" and request["targets"]
        return
    specs = list(plan)
    assert [spec.index for spec in specs] == list(range(len(plan)))
    combinations = request["combinations"] or {}
    if request["count"] is not None:
        assert len(specs) == request["count"] + sum(combinations.values())
    made = Counter(category for spec in specs for category in spec.categories)
    for name, number in (request["targets"] or {}).items():
        assert made[name] == number + sum(n for parts, n in combinations.items() if name in parts)
    for parts, number in combinations.items():
        assert sum(spec.categories == tuple(p.strip() for p in parts.split("+")) for spec in specs) >= number
    for split, row in plan.table().items():
        mine = [spec for spec in specs if spec.split == split]
        assert row["images"] == len(mine) and row["good"] == sum(not spec.categories for spec in mine)
        assert row["defects"] == {n: sum(s.categories.count(n) for s in mine) for n in NAMES}


@given(sources=st.integers(1, 40), count=st.integers(1, 120))
def test_no_good_image_stands_on_two_sides(sources, count):
    sides = defaultdict(set)
    for spec in plan_of(sources, count=count):
        sides[spec.source_id].add(spec.split)
    assert all(len(splits) == 1 for splits in sides.values())


@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=25),
    count=st.integers(1, 120),
    weights=st.tuples(*[st.sampled_from([0, 1, 2, 8])] * 3).filter(any),
)
def test_no_part_stands_on_two_sides_and_every_side_has_its_own(sizes, count, weights):
    source = Photos(sum(sizes), sizes)
    plan = Plan(PlanRequest(count=count, splits=dict(zip(SPLITS, weights, strict=True))), NAMES, source, "defect", 0)
    part_of = {source.source_id(rank): sum(rank >= first for first in source.parts) for rank in range(source.count)}
    sides = {}
    for spec in plan:
        sides.setdefault(part_of[spec.source_id], set()).add(spec.split)
    assert all(len(side) == 1 for side in sides.values())
    if len(sizes) >= sum(weight > 0 for weight in weights):
        images = apportion(count, weights)
        assert Counter(spec.split for spec in plan) == {k: n for k, n in zip(SPLITS, images, strict=True) if n}
    else:
        assert "part(s)" in plan.findings[0].message or len(sizes) == sum(sizes)


def test_parts_are_shared_out_as_near_to_the_shares_as_they_allow():
    plan = Plan(PlanRequest(count=100), NAMES, Photos(100, [10] * 10), "defect", 0)
    seen = {name: {spec.source_id for spec in plan if spec.split == name} for name in SPLITS}
    assert {name: len(ids) for name, ids in seen.items()} == {"train": 80, "val": 10, "test": 10}


def test_every_good_image_is_used_before_one_is_used_much_more():
    uses = Counter(spec.source_id for spec in plan_of(20, count=100))
    assert len(uses) == 20 and max(uses.values()) - min(uses.values()) <= 4


def test_equal_shares_stay_within_one_of_each_other():
    made = Counter(c for spec in plan_of(count=101, good_share=0) for c in spec.categories)
    assert max(made.values()) - min(made.values()) <= 1


def test_the_order_depends_on_the_seed_and_the_counts_do_not():
    one, two = plan_of(count=60, seed=0), plan_of(count=60, seed=1)
    assert one.table() == two.table()
    assert [spec.categories for spec in one] != [spec.categories for spec in two]


def test_good_and_defective_images_are_mixed():
    roles = [bool(spec.categories) for spec in plan_of(count=200, good_share=0.5)]
    assert sum(a != b for a, b in itertools.pairwise(roles)) > 60


def test_a_plan_of_ten_million_is_read_at_any_place():
    plan = plan_of(None, count=10_000_000)
    assert plan[9_999_999].key == "9999999" and plan[0].key == "0000000"
    assert sum(row["images"] for row in plan.table().values()) == 10_000_000


def test_keys_sort_like_their_indices():
    keys = [spec.key for spec in plan_of(count=120)]
    assert keys == sorted(keys)


def test_without_categories_everything_stays_good():
    assert all(not spec.categories for spec in plan_of(names=(), count=10))


def test_an_unknown_category_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"targets\.scrach.*Did you mean 'scratch'"):
        plan_of(targets={"scrach": 3})


@pytest.mark.parametrize(
    "request_",
    [
        {"count": -1},
        {"good_share": 1.5},
        {"defects_per_image": (2, 1)},
        {"defects_per_image": (0, 1)},
        {"targets": {"pit": -1}},
        {"shares": {"pit": -1.0}},
        {"shares": {"pit": 0.0}},
        {"splits": {"training": 1.0}},
        {"splits": {"train": 0.0}},
        {"shares": {"pit": 1.0}, "targets": {"pit": 1}},
        {"combinations": {"pit": 1}},
        {"combinations": {"pit+pit": 1}},
        {"combinations": {"pit+": 1}},
        {"combinations": {"pit+crack": -1}},
    ],
)
def test_values_out_of_range_are_refused(request_):
    with pytest.raises(RangeError):
        PlanRequest(**request_)


def test_one_good_image_goes_to_the_largest_split():
    assert {spec.split for spec in plan_of(1, count=30)} == {"train"}
    assert set(plan_of(1, count=30).table()) == set(SPLITS)


def test_usual_shares_hold_where_nothing_else_is_said():
    rare = plan_of(count=100, good_share=0, defects_per_image=(1, 1), usual_shares={"pit": 0.5, "no such": 9.0})
    assert Counter(name for spec in rare for name in spec.categories) == {"scratch": 40, "pit": 20, "crack": 40}
    said = plan_of(count=10, good_share=0, defects_per_image=(1, 1), usual_shares={"pit": 0.5}, shares={"pit": 1})
    assert Counter(name for spec in said for name in spec.categories) == {"pit": 10}
    with pytest.raises(RangeError, match="usual_shares"):
        PlanRequest(usual_shares={"pit": 0})


def test_a_combination_comes_on_top_and_is_shared_over_the_splits():
    alone = plan_of(count=0, combinations={"scratch+pit": 10, "pit+crack": 3})
    assert Counter(spec.categories for spec in alone) == {("scratch", "pit"): 10, ("pit", "crack"): 3}
    assert [row["images"] for row in alone.table().values()] == [11, 1, 1]  # 10.4, 1.3, 1.3
    assert alone.table()["train"] == {"images": 11, "good": 0, "defects": {"scratch": 8, "pit": 11, "crack": 3}}
    beside = plan_of(targets={"crack": 20}, combinations={"scratch+pit": 7}, good_share=0, defects_per_image=(1, 1))
    assert Counter(spec.categories for spec in beside) == {("crack",): 20, ("scratch", "pit"): 7}


def test_a_plan_without_combinations_is_the_plan_of_before():
    plan, same = plan_of(count=40), plan_of(count=40, combinations={"scratch+pit": 0})
    assert list(plan) == list(same) and plan.table() == same.table()


def test_an_unknown_category_of_a_combination_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"combinations\.scrach.*Did you mean 'scratch'"):
        plan_of(combinations={"scrach+pit": 3})
    with pytest.raises(RangeError, match=r"two or more different categories with \+ between them, .* got 'pit'"):
        PlanRequest(combinations={"pit": 3})
