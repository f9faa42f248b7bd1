"""What the tests of fit share: a small real-like data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fit.toy import write_real


@pytest.fixture
def real(tmp_path) -> Path:
    """Return a folder of four cracks and four spots in the plain layout, with two good images."""
    return write_real(tmp_path / "real")
