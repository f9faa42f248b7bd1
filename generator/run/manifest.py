"""What identifies a run: its specification, and the folder that holds it.

``spec_id`` is a hash of the resolved configuration without workers, paths, logging and exports, with the hash of the
assets. The same command on the same folder resumes; another specification on it stops and names the keys that differ.
Source: own.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from generator.core.differing import differing_keys
from generator.core.errors import ConfigError
from generator.core.names import MARKER
from generator.core.version import VERSION
from generator.dataset.store import CLASSES, RECORDS, write_text
from generator.run.build import TARGET
from generator.run.pipeline import FOR_ALL
from generator.run.shard import MARKS, PARTIAL, DoneMark, Shard, slices

NOT_IN_SPEC = (
    "executor",
    "shard_size",
    "out",
    "name",
    "overwrite",
    "only",
    "export",
    "report",
    "max_reject_share",
    "caption_surface",
    "bank",
    "learned",
    *FOR_ALL,
)
"""Top-level keys that change neither an image nor a label, or stand in what they changed, the kinds of defects."""
_PLACES = ("bank", "checkpoint", "pretrained")  # ids of cut-outs, or a digest of a model, stand for what lies there

SPEC = "spec.json"
RUN = "run.json"
_OURS = ("images", "twins", "masks", "masks_visible", "masks_annotator", "masks_char", "blanks", "export")
_OUR_FILES = (RECORDS, CLASSES, RUN, "config.yaml", "report.html", "report.json", "README.md", "rejects.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What decides a data set's bytes.

    Attributes:
        config: the resolved configuration without the keys that change nothing.
        assets: hash of the files it reads.
    """

    config: dict[str, Any]
    assets: str

    @classmethod
    def of(cls, config: Mapping[str, Any], assets: str) -> Specification:
        """Return the specification of a resolved configuration; its assets' hash stands for paths."""
        kept = {key: _without_places(value) for key, value in config.items() if key not in NOT_IN_SPEC}
        source = {key: value for key, value in kept["source"].items() if key != "path"}
        return cls(config={**kept, "source": source}, assets=assets)

    @property
    def spec_id(self) -> str:
        """The hash."""
        return hashlib.sha256(
            orjson.dumps([VERSION, self.config, self.assets], option=orjson.OPT_SORT_KEYS)
        ).hexdigest()

    def to_json(self) -> bytes:
        """Return the specification's file."""
        line = {"spec_id": self.spec_id, "version": VERSION, "assets": self.assets, "config": self.config}
        return orjson.dumps(line, option=orjson.OPT_INDENT_2)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of a data set in the making.

    Attributes:
        root: its path.
        spec: what is to be in it.
    """

    root: Path
    spec: Specification

    def open(self, overwrite: bool) -> None:
        """Make the folder, which this process holds locked, ready: new, resumed, or emptied.

        Raises:
            ConfigError: it cannot be written, holds another specification's data, or something that is not ours.
        """
        found = self._found()
        if found is not None and overwrite:
            self._empty()
        elif found is not None and found["spec_id"] != self.spec.spec_id:
            self._refuse(found)
        self.clear_partial()
        mark_output(self.root)
        write_text(self.root / MARKS / SPEC, self.spec.to_json())

    def clear_partial(self) -> None:
        """Remove what workers write before it is renamed into place."""
        shutil.rmtree(self.root / MARKS / PARTIAL, ignore_errors=True)

    def forget_unless_begun(self) -> None:
        """Remove what a run left that failed before its first shard was done, so that the mended command can begin."""
        if any((self.root / MARKS).glob("*.done")):
            return
        self._empty()
        for name in (PARTIAL, ""):
            shutil.rmtree(self.root / MARKS / name, ignore_errors=True)
        (self.root / MARKER).unlink(missing_ok=True)
        if not any(self.root.iterdir()):
            self.root.rmdir()

    def missing(self, count: int, shard_size: int) -> tuple[list[Shard], list[DoneMark]]:
        """Return the shards still to be written and the marks of those that are.

        Raises:
            ConfigError: what is there was cut into shards of another size.
        """
        missing, marks = [], []
        for shard in slices(count, shard_size):
            path = self.root / MARKS / f"{shard.stem}.done"
            if not path.is_file():
                missing.append(shard)
                continue
            try:
                mark = DoneMark.from_json(path.read_bytes())
            except (TypeError, KeyError, orjson.JSONDecodeError):  # cut short, as when the power failed
                missing.append(shard)
                continue
            if mark.shard != shard:
                raise ConfigError(
                    "shard_size",
                    f"{mark.shard.stop - mark.shard.start} as in the data set at {self.root}",
                    shard_size,
                    "Use that size to go on, or overwrite=true to begin again.",
                )
            marks.append(mark)
        return missing, marks

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; nothing is written to a folder that holds something else.

        Raises:
            ConfigError: it cannot be written, another run is writing to it, or it holds something that is not ours.
        """
        self._refuse_strangers()
        try:
            (self.root / MARKS).mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / MARKS / ".lock", timeout=0)
            with lock:
                yield
        except Timeout:
            hint = "Wait for it, or choose another name=... ."
            raise ConfigError("out", "a folder that no other run is writing to", str(self.root), hint) from None
        except OSError as error:
            problem = f"{error.filename or self.root} ({error.strerror or error})"
            raise ConfigError("out", "a folder that can be written", problem) from None

    def _refuse_strangers(self) -> None:
        try:
            names = sorted(path.name for path in self.root.iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            raise ConfigError("out", "a folder that can be written", f"{self.root} ({error.strerror})") from None
        strangers = [name for name in names if name not in (MARKS, MARKER)]
        if strangers and self._found() is None:
            raise ConfigError(
                "out",
                "an empty folder or a data set of this tool",
                f"{self.root} with {', '.join(strangers[:3])}",
                "Choose another name=... or out=...; overwrite=true replaces a data set, never foreign files.",
            )

    def _found(self) -> dict[str, Any] | None:
        path = self.root / MARKS / SPEC
        if not path.is_file():
            return None
        try:
            found = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError:
            found = None
        known = isinstance(found, dict) and {"spec_id", "config"} <= found.keys()
        return found if known else {"spec_id": "", "config": {}}

    def _refuse(self, found: Mapping[str, Any]) -> None:
        hint = "Choose another name=... or out=..., or overwrite=true to replace it."
        if not found["spec_id"]:
            damaged = f"a damaged {self.root / MARKS / SPEC}"
            raise ConfigError("out", "a data set whose begin can be read", damaged, hint)
        differing = differing_keys(_said_once(found["config"]), _said_once(self.spec.config))
        if found.get("assets") != self.spec.assets:
            differing.append("the files it reads")
        if found.get("version") != VERSION:
            differing.append(f"the version ({found.get('version')} -> {VERSION})")
        raise ConfigError(
            "out",
            f"the configuration that {self.root} was begun with",
            f"another: {'; '.join(differing[:8])}",
            hint,
        )

    def _empty(self) -> None:
        """Remove what this tool writes, and nothing else."""
        for name in _OURS:
            shutil.rmtree(self.root / name, ignore_errors=True)
        for name in _OUR_FILES:
            (self.root / name).unlink(missing_ok=True)
        for path in (self.root / MARKS).iterdir():
            if path.is_file() and path.name not in (".lock", SPEC):  # SPEC says whose folder it is until it is replaced
                path.unlink()


def mark_output(folder: Path) -> None:
    """Mark a folder as this tool's output, so that no source takes its images for good ones."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("written by defectgen\n", encoding="utf-8")


def _without_places(node: Any) -> Any:
    """Return a part of a configuration whose components do not say where their models lie."""
    if isinstance(node, Mapping):
        kept = {key: value for key, value in node.items() if not (key in _PLACES and TARGET in node)}
        return {key: _without_places(value) for key, value in kept.items()}
    return [_without_places(item) for item in node] if isinstance(node, list) else node


def _said_once(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration whose recipe does not repeat what stands under a top-level key, its stages by number."""
    recipe = dict(config.get("recipe", {}))
    others = [value for key, value in config.items() if key != "recipe" and value]
    for number, stage in enumerate(recipe.pop("stages", [])):
        if stage is not None and stage not in others:
            recipe[f"stages[{number}]"] = {key: value for key, value in stage.items() if value not in others}
    return {**config, "recipe": recipe}
