"""The folder of a training: whose it is, one process at a time, begun anew only where that is asked for.

The same command on it goes on with what was stopped; one that would give other weights is refused with what differs.
Source: own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from generator.core.differing import differing_keys
from generator.core.errors import ConfigError
from generator.core.names import MARKER
from generator.core.version import VERSION
from generator.model.loop.log import NAME as LOG
from generator.model.sound import MODEL, REFERENCES, WEIGHTS

STATE, GRIDS = "state", "grids"
_SPEC, _LOCK = "spec.json", ".lock"
_STATES = "[0-9]*.safetensors"
_HALVES, _HALVES_OF_TENSORS = ".*.partial", ".tmp*"
_OURS = (MODEL, WEIGHTS, REFERENCES, LOG)
BESIDE = ("bank", "defect")
"""What the verb that trains writes into the folder beside the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFolder:
    """The folder of a model in the making.

    Attributes:
        root: its path.
        identity: what decides the weights (JSON).
    """

    root: Path
    identity: Mapping[str, Any]

    @property
    def state(self) -> Path:
        """Where it is kept what is needed to go on."""
        return self.root / STATE

    @property
    def grids(self) -> Path:
        """Where the sheets of samples lie."""
        return self.root / GRIDS

    @contextmanager
    def opened(self, overwrite: bool) -> Iterator[None]:
        """Hold the folder for this process: new, to be gone on with, or emptied.

        A training that fails before anything of it was kept leaves nothing, so that the mended command can begin.

        Raises:
            ConfigError: it cannot be written, another process trains in it, it holds another training, or something
                that is not ours.
        """
        self._refuse_strangers()
        lock = FileLock(self.state / _LOCK, timeout=0)
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            hint = "Wait for it, or choose another out=... ."
            raise ConfigError("out", "a folder that nothing else trains in", str(self.root), hint) from None
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            self._begin(overwrite)
            yield
        except OSError as error:
            self._forget_unless_begun()
            raise self._unwritable(error) from error
        except BaseException:
            self._forget_unless_begun()
            raise
        finally:
            lock.release()

    def _unwritable(self, error: OSError) -> ConfigError:
        problem = f"{error.filename or self.root} ({error.strerror or error})"
        return ConfigError("out", "a folder that can be written", problem)

    def _begin(self, overwrite: bool) -> None:
        spec = {"version": VERSION, **self.identity}
        found = self._found()
        if overwrite or (found is not None and not self._is_begun()):
            self._empty()
        elif found is not None:
            differing = differing_keys(found, orjson.loads(orjson.dumps(spec)))
            if differing:
                expected = f"what the training in {self.root} was begun with"
                hint = "Choose another out=..., or overwrite=true to begin anew."
                raise ConfigError("out", expected, f"another: {'; '.join(differing[:8])}", hint)
        elif (self.root / MODEL).is_file():
            got = f"{self.root} with a model but not the state of its training"
            hint = "Choose another out=..., or overwrite=true to begin anew."
            raise ConfigError("out", "an empty folder or a training to go on with", got, hint)
        left = (*self.root.glob(_HALVES), *self.state.glob(_HALVES), *self.state.glob(_HALVES_OF_TENSORS))
        for half in left:  # of a file that a killed run was writing
            half.unlink()
        partial = self.state / f".{_SPEC}.partial"
        partial.write_bytes(orjson.dumps(spec, option=orjson.OPT_INDENT_2))
        partial.replace(self.state / _SPEC)
        self.grids.mkdir(exist_ok=True)
        (self.root / MARKER).write_text("written by defectgen\n", encoding="utf-8")

    def _found(self) -> dict[str, Any] | None:
        path = self.state / _SPEC
        if not path.is_file():
            return None
        try:
            found = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError:
            found = None
        return found if isinstance(found, dict) else {}

    def _refuse_strangers(self) -> None:
        try:
            names = sorted(path.name for path in self.root.iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            raise ConfigError("out", "a folder that can be written", f"{self.root} ({error.strerror})") from None
        names = [name for name in names if not fnmatch(name, _HALVES)]
        strangers = [name for name in names if name not in (STATE, MARKER, *BESIDE)]
        if strangers and self._found() is None and not (self.root / MODEL).is_file():
            got = f"{self.root} with {', '.join(strangers[:3])}"
            hint = "Choose another out=...; overwrite=true replaces a model, never foreign files."
            raise ConfigError("out", "an empty folder or a model of this tool", got, hint)

    def _is_begun(self) -> bool:
        """Return whether something is there that would be missed."""
        return any(self.state.glob(_STATES)) or (self.root / MODEL).is_file()

    def _forget_unless_begun(self) -> None:
        """Remove what a training left that failed before anything was kept; one that is another's stays."""
        if self._is_begun():
            return
        self._empty()
        (self.state / _SPEC).unlink(missing_ok=True)
        (self.root / MARKER).unlink(missing_ok=True)

    def _empty(self) -> None:
        """Remove what this tool writes here, and nothing else."""
        for name in _OURS:
            (self.root / name).unlink(missing_ok=True)
        shutil.rmtree(self.grids, ignore_errors=True)
        for path in self.state.glob(_STATES):  # the spec says whose folder it is until it is replaced
            path.unlink()
