"""The shipped data files are found."""

from generator.core.assets import assets_dir


def test_the_assets_folder_is_found():
    assert (assets_dir() / "README.md").is_file()
