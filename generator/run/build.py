"""Components from a plain configuration.

A mapping with a ``_target_`` becomes an object of that class; its values are coerced to the class's annotations, and
whatever does not fit is answered with the key where it stands. Nothing is imported until it is chosen, and nothing
outside this package can be. Source: own; the ``_target_`` convention is Hydra's.
"""

from __future__ import annotations

import dataclasses
import importlib
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, Union

from generator.core.errors import ConfigError, RangeError, closest, nearest

TARGET = "_target_"
_PACKAGE = "generator."


def build(node: object, where: str) -> Any:
    """Return the component that a configuration node describes.

    Args:
        node: a mapping with ``_target_`` and the class's fields.
        where: the node's key, for messages.

    Raises:
        ConfigError: an unknown key, a missing key, a wrong type, a value out of range, a foreign target.
    """
    if not isinstance(node, Mapping) or TARGET not in node:
        raise ConfigError(where, f"a mapping with {TARGET}", node)
    cls = _find_class(node[TARGET], f"{where}.{TARGET}")
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}
    given = {key: value for key, value in node.items() if key != TARGET}
    for key in given:
        if key not in fields:
            raise ConfigError(f"{where}.{key}", "a known key", f"'{key}'", nearest(str(key), fields))
    for name, f in fields.items():
        if name not in given and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            raise ConfigError(f"{where}.{name}", "a value", "nothing", "This key is required.")
    values = {key: coerce(hints[key], value, f"{where}.{key}") for key, value in given.items()}
    try:
        return cls(**values)
    except RangeError as error:
        raise _placed(error, where) from None


def coerce(hint: Any, value: object, where: str) -> Any:
    """Return ``value`` as the type that ``hint`` names.

    Raises:
        ConfigError: it does not fit.
    """
    if isinstance(value, Mapping) and TARGET in value:
        return build(value, where)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return _coerce_union(arguments, value, where)
    if origin is Literal:
        if value not in arguments or isinstance(value, bool) != any(
            a is value for a in arguments if isinstance(a, bool)
        ):
            hint_text = closest(str(value), [str(a) for a in arguments])
            raise ConfigError(where, "one of " + ", ".join(str(a) for a in arguments), value, hint_text)
        return value
    if origin in (tuple, list):
        return _coerce_sequence(origin, arguments, value, where)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise ConfigError(where, "a mapping", value, "Write it as {name: value}.")
        items = _flat(value) if dataclasses.is_dataclass(arguments[1]) else value
        return {
            str(key): coerce(arguments[1], item, f"{where}.{str(key).replace('/', '.')}") for key, item in items.items()
        }
    if hasattr(hint, "parse"):
        try:
            return hint.parse(value)
        except RangeError as error:
            raise _placed(error, where) from None
    return _coerce_plain(hint, value, where)


def _flat(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return {family: {kind: component}} as {"family/kind": component}."""
    flat: dict[str, Any] = {}
    for key, item in nested.items():
        if isinstance(item, Mapping) and TARGET not in item:
            flat.update(_flat(item, f"{prefix}{key}/"))
        else:
            flat[f"{prefix}{key}"] = item
    return flat


def _coerce_union(arguments: tuple[Any, ...], value: object, where: str) -> Any:
    if value is None and type(None) in arguments:
        return None
    choices = [argument for argument in arguments if argument is not type(None)]
    errors = []
    for choice in choices:
        try:
            return coerce(choice, value, where)
        except ConfigError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    raise ConfigError(where, " or ".join(error.expected for error in errors), value)


def _coerce_sequence(origin: type, arguments: tuple[Any, ...], value: object, where: str) -> Any:
    if not isinstance(value, (list, tuple)):
        raise ConfigError(where, "a list", value, "Write it as [a, b].")
    if origin is list or (len(arguments) == 2 and arguments[1] is Ellipsis):
        return origin(coerce(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if len(value) != len(arguments):
        raise ConfigError(where, f"{len(arguments)} values", f"{len(value)} in {list(value)}")
    return tuple(coerce(a, item, f"{where}[{i}]") for i, (a, item) in enumerate(zip(arguments, value, strict=True)))


def _coerce_plain(hint: Any, value: object, where: str) -> Any:
    if hint is bool:
        if isinstance(value, bool):
            return value
        raise ConfigError(where, "true or false", value)
    if hint is int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ConfigError(where, "a whole number", value)
    if hint is float:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        raise ConfigError(where, "a number", value)
    if hint is str:
        if isinstance(value, str):
            return value
        raise ConfigError(where, "a text", value, "Put it in quotes if it is meant as a text.")
    raise ConfigError(where, f"a mapping with {TARGET}", value)


def _find_class(target: object, where: str) -> type:
    if not isinstance(target, str) or not target.startswith(_PACKAGE):
        raise ConfigError(where, f"a class of this package, such as {_PACKAGE}defect.stage.Defect", target)
    module_name, _, name = target.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing.startswith("generator") or not missing:
            raise ConfigError(where, "a class of this package", target, "There is no such module.") from None
        raise ConfigError(where, f"the package {missing} to be installed", "none", extra_hint(missing)) from None
    except AttributeError:
        raise ConfigError(where, f"a class in {module_name}", f"'{name}'") from None
    if not (isinstance(found, type) and dataclasses.is_dataclass(found) and found.__module__ == module_name):
        raise ConfigError(where, "a component of this package", target)
    return found


_EXTRAS = {"torch": "learn", "diffusers": "learn", "peft": "learn", "ray": "ray", "s3fs": "cloud", "gcsfs": "cloud"}


def extra_hint(package: str) -> str:
    """Return the command that installs what a missing package belongs to."""
    extra = _EXTRAS.get(package)
    return f"Install it with: pip install 'defectgen[{extra}]'" if extra else f"Install it with: pip install {package}"


def _placed(error: RangeError, where: str) -> ConfigError:
    place = f"{where}.{error.field}" if error.field else where
    return ConfigError(place, error.expected, error.got)
