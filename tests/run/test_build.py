"""What does not fit is answered with the key where it stands."""

import pytest

from generator.core.errors import ConfigError
from generator.run.build import build

SCRATCH = {
    "_target_": "generator.defect.stage.Defect",
    "category": "scratch",
    "shape": {"_target_": "generator.defect.shape.stroke.Stroke", "length": ["8%", "60%"], "width": ["1px", "4px"]},
    "appearance": {"_target_": "generator.defect.appearance.tone.Tone"},
}


def scratch_with(path, value):
    node = {**SCRATCH, "shape": dict(SCRATCH["shape"]), "appearance": dict(SCRATCH["appearance"])}
    *parents, key = path.split(".")
    inner = node
    for parent in parents:
        inner = inner[parent]
    inner[key] = value
    return node


def test_a_component_is_built_with_its_parts():
    defect = build(SCRATCH, "defect.metal.scratch")
    assert defect.category == "scratch" and str(defect.shape.length.high) == "60%"


def test_a_nested_family_becomes_flat_names():
    node = {
        "_target_": "generator.defect.stage.PutDefects",
        "defects": {"metal": {"scratch": SCRATCH, "nick": SCRATCH}},
    }
    assert list(build(node, "recipe").defects) == ["metal/scratch", "metal/nick"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("shape.widht", ["1px", "2px"], r"d\.shape\.widht: expected a known key, got 'widht'\. Did you mean 'width'\?"),
        ("shape.width", ["5px", "1px"], r"d\.shape\.width: expected \(low, high\) with low <= high, got \(5px, 1px\)"),
        ("shape.width", "wide", r"d\.shape\.width: expected a length"),
        ("shape.follow", "up", r"d\.shape\.follow: expected one of any, along, across, got up"),
        ("shape.taper", [0, 2], r"d\.shape\.taper: expected .*0\.5"),
        ("weight", "heavy", r"d\.weight: expected a number"),
        ("weight", -1, r"d\.weight: expected a number > 0"),
        ("category", 3, r"d\.category: expected a text"),
        ("category", "../../x", r"d\.category: expected 1 to 64"),
        ("_target_", "os.system", r"d\._target_: expected a class of this package"),
        ("_target_", "generator.run.build.importlib", r"d\._target_: expected a component"),
        ("_target_", "generator.defect.stage.Nothing", r"d\._target_: expected a class in generator\.defect\.stage"),
        ("_target_", "generator.nowhere.Thing", r"d\._target_: .*no such module"),
        ("_target_", 7, r"d\._target_: expected a class of this package"),
        ("shape", 3, r"d\.shape: expected a mapping with _target_"),
        ("shape._target_", "subprocess.Popen", r"d\.shape\._target_: expected a class of this package"),
    ],
)
def test_a_mistake_is_named_with_its_key(path, value, message):
    with pytest.raises(ConfigError, match=message):
        build(scratch_with(path, value), "d")


def test_a_missing_key_is_named():
    node = {key: value for key, value in SCRATCH.items() if key != "shape"}
    with pytest.raises(ConfigError, match=r"d\.shape: expected a value, got nothing"):
        build(node, "d")


def test_a_node_without_target_is_refused():
    with pytest.raises(ConfigError, match="a mapping with _target_"):
        build({"category": "x"}, "d")
