"""anomalib reads what the mvtec format writes, as MVTec AD and as plain folders."""

import numpy as np
import pytest

from generator.dataset.format.table import FORMATS

pytestmark = pytest.mark.client


@pytest.fixture(scope="module")
def product(torch, toy, tmp_path_factory):
    """Return the folder that holds the product, 5 of its images for judging."""
    root = tmp_path_factory.mktemp("mvtec") / "out"
    FORMATS["mvtec"].write(toy, root)
    return root


def found(images) -> dict[str, tuple[int, int]]:
    """Return the label and the number of mask pixels of each image of a data set."""
    counts = {}
    for one in images:
        pixels = 0 if one.gt_mask is None else int((one.gt_mask > 0).sum())
        counts[one.image_path.rpartition("/")[2]] = int(one.gt_label), pixels
    return counts


def expected(masks) -> dict[str, tuple[int, int]]:
    both = int((masks["bar"] | masks["ring"]).sum())
    return {
        "a-0.png": (1, both),
        "a-2.png": (1, int(masks["border"].sum())),
        "b-4.png": (1, int((masks["parts"] | masks["pixel"]).sum())),
        "c-5.png": (0, 0),
    }


def test_mvtec_ad_is_read_to_the_pixel(product, masks):
    from anomalib.data import MVTecAD

    module = MVTecAD(root=product, category="product", val_split_mode="same_as_test", num_workers=0)
    module.setup()
    assert found(module.train_data) == {"a-1.png": (0, 0), "a-3.png": (0, 0)}
    assert found(module.test_data) == expected(masks)
    first = next(one for one in module.test_data if one.image_path.endswith("a-0.png"))
    assert np.array_equal(first.gt_mask.numpy().astype(bool).squeeze(), masks["bar"] | masks["ring"])


def test_the_same_folders_are_read_as_plain_folders(product, masks):
    from anomalib.data import Folder

    module = Folder(
        name="product",
        root=product / "product",
        normal_dir="train/good",
        normal_test_dir="test/good",
        abnormal_dir=["test/pit", "test/scratch"],
        mask_dir=["ground_truth/pit", "ground_truth/scratch"],
        val_split_mode="same_as_test",
        num_workers=0,
    )
    module.setup()
    assert set(found(module.train_data)) == {"a-1.png", "a-3.png"}
    assert found(module.test_data) == expected(masks)
    last = next(one for one in module.test_data if one.image_path.endswith("b-4.png"))
    assert np.array_equal(last.gt_mask.numpy().astype(bool).squeeze(), masks["parts"] | masks["pixel"])
