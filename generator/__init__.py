"""Synthetic data for visual inspection: defects, their masks, and labelled data sets.

``samples("source=folder", "source.path=good", "count=200")`` gives samples in memory, for training on the fly;
``defectgen generate`` writes them as a data set.
"""

from importlib import import_module

_PUBLIC = {
    "samples": "generator.cli.compose",
    "SampleSequence": "generator.run.sequence",
    "Sample": "generator.core.sample",
    "Instance": "generator.core.annotation",
    "Store": "generator.dataset.store",
}
__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that importing the package costs nothing."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'generator' has no attribute '{name}'")
    return getattr(import_module(_PUBLIC[name]), name)
