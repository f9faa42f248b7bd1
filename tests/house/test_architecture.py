"""The floors and the sizes of the house."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "generator"
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_imports_run_down_only():
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == 0


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_is_short_and_says_what_it_holds(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text)), "no module docstring"


@pytest.mark.parametrize("folder", sorted({p.parent for p in MODULES}), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_folder_holds_few_files(folder):
    assert len([p for p in folder.glob("*.py") if p.name != "__init__.py"]) <= 12


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py" and p.parent != PACKAGE], ids=str)
def test_a_package_init_is_a_docstring(path):
    assert len(ast.parse(path.read_text(encoding="utf-8")).body) == 1


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_module_draws_global_chance_or_reads_a_clock_for_data(path):
    text = path.read_text(encoding="utf-8")
    banned = [
        r"np\.random\.(seed|rand|randint|choice|uniform|normal)\(",
        r"^import random",
        r"\buuid",
        r"time\.time\(\)",
    ]
    if path != PACKAGE / "core" / "seeds.py":
        banned.append(r"default_rng\(")
    assert not [pattern for pattern in banned if re.search(pattern, text, re.MULTILINE)]


def test_help_imports_nothing_heavy():
    probe = (
        "import sys; from generator.cli.main import main; main(['generate', '--help']); "
        "print(sorted({'torch', 'diffusers', 'albumentations', 'trdg', 'ray', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_only_the_model_room_imports_torch():
    importers = [p for p in MODULES if re.search(r"^\s*(import|from) (torch|diffusers)\b", p.read_text(), re.MULTILINE)]
    assert all(path.is_relative_to(PACKAGE / "model") for path in importers)
