"""``defectgen doctor``: what this machine can do; with ``data=``, the health of a data set. Source: own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from generator.cli.compose import conf_dir
from generator.core.errors import ConfigError
from generator.core.version import VERSION
from generator.dataset.store import write_text
from generator.executor.process import available_cores
from generator.health.health import examine
from generator.health.screen import angle_table, class_table, explained, headline, serious, text_table, worth_a_look
from generator.run.build import coerce

_CORE = (
    "numpy", "opencv-python", "opencv-python-headless", "pillow", "hydra-core", "omegaconf", "albumentations", "trdg",
    "pycocotools", "orjson", "rich", "jinja2", "fsspec", "lxml", "zlib-ng",
)  # fmt: skip
_EXTRAS = {"learn": ("torch", "diffusers", "peft"), "ray": ("ray",), "studio": ("nicegui",), "cloud": ("s3fs", "gcsfs")}


def run(config: dict[str, Any]) -> int:
    """Print the health of the data set that a resolved configuration names; return the exit code."""
    data = Path(coerce(str, config["data"], "data")).expanduser().absolute()
    compare = coerce(int, config["compare"], "compare")
    if compare < 0:
        raise ConfigError("compare", "a whole number >= 0", compare)
    group, out = (coerce(str | None, config[key], key) for key in ("group", "out"))
    strict = coerce(bool, config["strict"], "strict")
    target = None if out is None else _target(Path(out).expanduser().absolute(), data)
    health = examine(data, coerce(str, config["format"], "format"), group, compare)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(headline(health))
    if health.census.classes:
        Console().print(class_table(health.census))
        console.print(explained(health.census))
    if health.census.text:
        Console().print(text_table(health.census))
        console.print("aside: lines that are there and not to be read; height: the lines' 10, 50 and 90 % quantiles")
    if health.turned:
        Console().print(angle_table(health.turned))
        console.print("degrees, counter-clockwise; none: alike at every angle; gap: widest arc without an angle")
    found = list(serious(health))
    for line in (*found, *worth_a_look(health)):
        console.print(line)
    if not found:
        console.print("nothing serious: no broken labels, no leaks between splits, no image labelled in two ways")
    if target is not None:
        write_text(target, orjson.dumps(health.to_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
        print(f"everything: {target}")
    return 1 if strict and health.is_serious else 0


def _target(path: Path, data: Path) -> Path:
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ConfigError("out", "a file in a folder that can be written", str(path))
    if path.resolve().is_relative_to(data.resolve()):
        raise ConfigError("out", f"a file outside the data set ({data}), where nothing is written", str(path))
    if path.exists() and not _is_health(path):
        raise ConfigError("out", "a new file, or an older report of doctor", f"another file, {path}")
    return path


def _is_health(path: Path) -> bool:
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return False
    return isinstance(content, dict) and {"layout", "compared_by_content", "serious"} <= content.keys()


def machine() -> int:
    """Print versions, cores, memory, GPU, writable paths and fonts; return 1 if something needed is missing."""
    table = Table(show_header=False)
    table.add_column("what")
    table.add_column("found")
    missing = []
    table.add_row(
        "defectgen", f"{VERSION}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    for name in _CORE:
        version = _version(name)
        if version is None:
            missing.append(name)
        table.add_row(name, version or "[red]missing[/red]: pip install defectgen")
    for extra, names in _EXTRAS.items():
        found = {name: _version(name) for name in names}
        absent = [name for name, version in found.items() if version is None]
        versions = ", ".join(f"{name} {version}" for name, version in found.items() if version)
        table.add_row(f"extra {extra}", f"not installed: pip install 'defectgen\\[{extra}]'" if absent else versions)
    table.add_row("cores", f"{available_cores()} usable of {os.cpu_count()}")
    table.add_row("memory", _memory())
    table.add_row("GPU", _gpu())
    table.add_row("configurations", str(conf_dir()))
    table.add_row("output folder", _writable(Path("outputs")))
    table.add_row("disk", f"{shutil.disk_usage('.').free / 1e9:.0f} GB free here")
    table.add_row("fonts", _fonts())
    Console().print(table)
    return 1 if missing else 0


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
    except (ValueError, OSError, AttributeError):
        return "not known on this system"


def _gpu() -> str:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "none found (none is needed for procedural defects)"
    asked = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    answer = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    return answer.stdout.strip() or answer.stderr.strip() or "nvidia-smi says nothing"


def _writable(folder: Path) -> str:
    nearest = folder.absolute()
    while not nearest.exists():
        nearest = nearest.parent
    return f"{folder.absolute()} ({'writable' if os.access(nearest, os.W_OK) else 'NOT writable'})"


def _fonts() -> str:
    """Count the system's font files and those that the trdg package brings."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts", Path("/Library/Fonts")]
    if sys.platform == "win32":
        folders.append(Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts")
    system = sum(
        1 for folder in folders if folder.is_dir() for p in folder.rglob("*") if p.suffix in (".ttf", ".otf", ".ttc")
    )
    spec = importlib.util.find_spec("trdg")
    shipped = list(Path(spec.origin).parent.rglob("*.ttf")) if spec and spec.origin else []
    return f"{system} of the system, {len(shipped)} in the trdg package"
