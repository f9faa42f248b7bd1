"""Laws 1 to 4 over kinds that paste real cut-outs, on every surface and camera depth."""

from __future__ import annotations

import numpy as np
import pytest

from generator.cli.compose import compose_config
from generator.harvest.harvest import harvest
from generator.run.pipeline import Pipeline, Rejected
from generator.source.part.source import WHITE, Part
from tests.fit.toy import write_real
from tests.law.test_laws import SEEN, assert_laws

PRODUCTS = Part().products
WHITES = sorted(WHITE)


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """Return the folder of a bank with cracks and spots."""
    folder = tmp_path_factory.mktemp("bank")
    harvest(write_real(folder / "real"), folder / "bank")
    return folder / "bank"


def pipeline_of(bank, product: str, mode: str, *more: str) -> Pipeline:
    overrides = [
        f"bank={bank}", "defect=[bank/crack,bank/spot]", f"source.products=[{product}]", f"source.mode={mode}",
        "source.size_wh=[96,80]", "count=3", "good_share=0", "labels=all", *SEEN, *more,
    ]  # fmt: skip
    return Pipeline(compose_config("generate", overrides))


@pytest.mark.parametrize("product", PRODUCTS)
def test_pasted_defects_keep_the_laws_on_every_surface(bank, product):
    for mode in WHITES:
        assert_laws(pipeline_of(bank, product, mode), mode)


@pytest.mark.parametrize("blend", ["alpha", "poisson"])
def test_a_sample_is_the_same_whoever_makes_it(bank, blend):
    """Law 3: nothing is left behind in a bank that is open, whatever was pasted before."""
    more = (f"defect.bank.crack.appearance.blend={blend}", f"defect.bank.spot.appearance.blend={blend}")
    one = [pipeline_of(bank, PRODUCTS[0], WHITES[0], *more).make(index) for index in (0, 1, 2)]
    other = [pipeline_of(bank, PRODUCTS[0], WHITES[0], *more).make(index) for index in (2, 1, 0)][::-1]
    for a, b in zip(one, other, strict=True):
        assert not isinstance(a, Rejected) and np.array_equal(a.image, b.image)
        assert [i.params for i in a.instances] == [i.params for i in b.instances]


def test_a_record_says_which_cut_out_and_which_photo(bank):
    sample = pipeline_of(bank, PRODUCTS[0], WHITES[0]).make(0)
    shape = sample.instances[0].params["shape"]
    assert (bank / "cutouts" / shape["cutout"]).is_dir() and len(shape["cutout_source"]) == 64
