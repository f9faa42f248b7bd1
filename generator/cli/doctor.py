"""``defectgen doctor``: what this machine can do. Source: own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from generator.cli.compose import conf_dir
from generator.core.errors import ConfigError
from generator.core.version import VERSION
from generator.executor.process import available_cores

_CORE = (
    "numpy", "opencv-python", "opencv-python-headless", "pillow", "hydra-core", "omegaconf", "albumentations", "trdg",
    "pycocotools", "orjson", "rich", "jinja2", "fsspec", "zlib-ng",
)  # fmt: skip
_EXTRAS = {"learn": ("torch", "diffusers", "peft"), "ray": ("ray",), "studio": ("nicegui",), "cloud": ("s3fs", "gcsfs")}


def run(arguments: list[str]) -> int:
    """Print versions, cores, memory, GPU, writable paths and fonts; return 1 if something needed is missing."""
    if arguments:
        raise ConfigError("doctor", "no arguments", f"'{arguments[0]}'")
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
