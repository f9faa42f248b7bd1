"""What a training needs to go on: networks, optimisers and its place, in one safetensors file.

A file appears whole or not at all, under the number of steps made; the two newest are kept, so that one that was
damaged costs the steps since the one before. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from generator.core.errors import AssetError, ConfigError
from generator.model.port import Learner

if TYPE_CHECKING:
    import torch

_KEPT = 2
_PLACE, _GROUPS = "place", "groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a training is.

    Attributes:
        stage: number of the stage at work.
        done: steps made of each stage up to that one.
        steps: steps that the stage at work has, as the time budget allowed for.
        seconds: time spent.
        minutes: the time budget for which ``steps`` was found.
    """

    stage: int = 0
    done: tuple[int, ...] = (0,)
    steps: int | None = None
    seconds: float = 0.0
    minutes: float | None = None

    @property
    def made(self) -> int:
        """Steps made of all stages."""
        return sum(self.done)

    @classmethod
    def of_json(cls, text: str, stages: int) -> Place:
        """Return the place that a file states.

        Raises:
            ValueError: it states none.
        """
        content = orjson.loads(text)
        if not isinstance(content, dict) or {*content} != {*cls.__slots__}:
            raise ValueError("its place in the training is not stated")
        place = cls(**content | {"done": tuple(content["done"])})
        if not 0 <= place.stage < stages or len(place.done) != place.stage + 1:
            raise ValueError("its place is not one of this training")
        return place


def save_state(folder: Path, learner: Learner, place: Place) -> None:
    """Keep what is needed to go on; the older ones but one are removed.

    Raises:
        ConfigError: a weight is not finite, so that there is nothing to go on with.
    """
    from safetensors.torch import save_file

    tensors: dict[str, torch.Tensor] = {}
    for name, module in learner.modules().items():
        for key, tensor in module.state_dict().items():
            if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
                raise diverged(f"{key} of the {name} network", place.made)
            tensors[f"module/{name}/{key}"] = tensor
    groups = {}
    for name, optimiser in learner.optimisers().items():
        content = optimiser.state_dict()
        groups[name] = [
            {key: value for key, value in group.items() if key != "params"} for group in content["param_groups"]
        ]
        for index, state in content["state"].items():
            tensors |= {
                f"optimiser/{name}/{index}/{key}": tensor for key, tensor in state.items() if tensor is not None
            }
    path = folder / f"{place.made:08d}.safetensors"
    partial = folder / f".{path.name}.partial"
    whole = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    texts = {_PLACE: orjson.dumps(asdict(place)).decode(), _GROUPS: orjson.dumps(groups).decode()}
    save_file(whole, partial, texts)
    partial.replace(path)
    for old in _newest_first(folder)[_KEPT:]:
        old.unlink()


def find_state(folder: Path, stages: int) -> tuple[Path, Place] | None:
    """Return the newest file that is whole and its place; None: there is none.

    Raises:
        AssetError: there are files, and none of them can be read.
    """
    from safetensors import SafetensorError, safe_open

    cause = ""
    for path in _newest_first(folder):
        try:
            with safe_open(path, "pt") as file:
                return path, Place.of_json((file.metadata() or {}).get(_PLACE, ""), stages)
        except (SafetensorError, ValueError, TypeError) as error:
            cause = cause or str(error).strip().partition("\n")[0]
    if cause:
        raise AssetError(folder, "the state of a training (overwrite=true begins anew)", cause)
    return None


def load_state(path: Path, learner: Learner) -> None:
    """Bring a learner to where it was.

    Raises:
        AssetError: the file is of another network.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            groups = orjson.loads((file.metadata() or {})[_GROUPS])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        for name, module in learner.modules().items():
            module.load_state_dict(_below(tensors, f"module/{name}/"))
        for name, optimiser in learner.optimisers().items():
            _load_optimiser(optimiser, groups[name], _below(tensors, f"optimiser/{name}/"))
    except (SafetensorError, RuntimeError, ValueError, KeyError, TypeError) as error:
        cause = f"one of another network ({' '.join(str(error).split())[:160]})"
        raise AssetError(path, "the state of this training (overwrite=true begins anew)", cause) from error


def diverged(what: str, steps: int) -> ConfigError:
    """Return the error of a training whose numbers are no longer finite."""
    return ConfigError(
        "train", "numbers that stay finite", f"NaN or infinity in {what} after {steps} steps",
        "Lower the model's learning rate, or raise model.batch, and begin anew with overwrite=true.",
    )  # fmt: skip


def _load_optimiser(
    optimiser: torch.optim.Optimizer, groups: Sequence[Mapping[str, Any]], tensors: Mapping[str, torch.Tensor]
) -> None:
    content = optimiser.state_dict()
    for own, kept in zip(content["param_groups"], groups, strict=True):
        own |= {key: tuple(value) if isinstance(own.get(key), tuple) else value for key, value in kept.items()}
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        index, _, key = name.partition("/")
        state.setdefault(int(index), {})[key] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": content["param_groups"]})


def _below(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.safetensors"), reverse=True)
