"""The resolved configuration of a verb and its overrides, as plain mappings.

Hydra composes; its errors are turned into the one paragraph that a user gets, with the nearest valid key.
Source: own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import ConfigCompositionException, HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from generator.core.assets import conf_dir
from generator.core.errors import ConfigError, closest, nearest
from generator.run.build import TARGET
from generator.run.pipeline import FOR_ALL
from generator.run.sequence import SampleSequence

PATHS = (
    "path",
    "out",
    "data",
    "good",
    "bank",
    "learned",
    "segmenter",
    "source.path",
    "roi.path",
    "rotation.own_angles",
    "kinds_dir",
    "rotation.fill.images.source.path",
    "rotation.ground.images.source.path",
    "feedback",
    "feedback_data",
    "appearance.checkpoint",
    "appearance.painter.pretrained",
    "shape.checkpoint",
)
"""Keys whose values are paths and are taken as they stand."""
PATTERNS = ("group",)
"""Keys whose values are regular expressions and are taken as they stand."""
LISTED = ("defect", "distractor", "text/fault")
"""Groups of which several options can be chosen at once."""
NESTED = ("text", "rotation")
"""Folders whose folders are groups of their own, such as text/corpus; a recipe brings their keys."""
_MOST_LISTED = 20  # a list of more options hides what is wrong
_SEARCHPATH = "hydra.searchpath="
_WITH_KINDS = {"bank": ("manifest.json", "harvest"), "learned": ("model.json", "train")}
"""Keys that name a folder with kinds of defects, the file it is known by, and the verb that makes it."""
BACKSLASH, QUOTE = chr(92), "'"
_BEFORE_QUOTE = re.compile(r"\\+(?='|$)")


def compose_config(verb: str, overrides: Sequence[str]) -> dict[str, Any]:
    """Return the resolved configuration of a verb.

    Args:
        verb: the name of a file in conf/, without its suffix.
        overrides: ``key=value``, ``group=option``, ``+key=value``, ``~key``.

    Raises:
        ConfigError: an override does not fit.
    """
    require_sound(overrides)
    overrides = with_folders(overrides)
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(conf_dir()), version_base="1.3"):
            config = plain(compose(config_name=verb, overrides=[literal(override) for override in overrides]))
    except HydraException as error:
        raise explain(error, verb, overrides) from None
    except OmegaConfBaseException as error:
        raise _explain_omegaconf(error) from None
    except TypeError as error:  # OmegaConf's own, where a name stands for a place in a list
        raise ConfigError(
            verb, "keys that fit, those of a list by number", str(error), "--cfg job prints all."
        ) from None
    for override in overrides:
        added = override.removeprefix("+").removeprefix("+").partition("=")[0]
        if override.startswith("+") and "." not in added and added not in {k.split(".")[0] for k in known_keys(verb)}:
            raise _unknown_key(added, verb)
    return config


def require_sound(overrides: Sequence[str]) -> None:
    """Raise ``ConfigError`` where a path is empty, or a group gets null or several options though one alone can be."""
    for override in overrides:
        group, equals, option = override.partition("=")
        if group in NESTED:
            inner = [name for name in groups() if name.startswith(f"{group}/")]
            hint = f"Write {inner[0]}=... or another of them; keys stand below them, such as {group}.name=value."
            raise ConfigError(group, f"one of {', '.join(inner)}", f"'{option}'", hint)
        if group in PATHS and equals and option.strip("'\" ") == "":
            raise ConfigError(group, "a path", "an empty one", "Is it a shell variable that is not set?")
        if group.replace(".", "/") in groups() and "." in group and re.fullmatch(r"[\w/\[\],]+", option):
            raise ConfigError(group, "keys of the chosen option", option, f"Write {group.replace('.', '/')}={option}.")
        if group not in groups():
            continue
        options = group_options(group)
        if option == "null" or (option == "[]" and group not in LISTED):
            empty = "none" if "none" in options else "[]" if group in LISTED else ""
            hint = f"Write '{group}={empty}'." if empty else f"Leave {group} out."
            raise ConfigError(group, f"one of {', '.join(options)}", option, hint)
        asked = [name.strip() for name in option.strip("'\"[] ").split(",")]
        if group not in LISTED and option.startswith("[") and len(asked) > 1:
            hint = f"Choose one, such as {group}={asked[0]}; for each of them, make a data set with a name of its own."
            raise ConfigError(group, f"one {group} at a time", option, hint)


def with_folders(overrides: Sequence[str]) -> list[str]:
    """Return the overrides with the kinds of a bank or a model among the options, where one is named.

    Raises:
        ConfigError: there is none.
    """
    kept = list(overrides)
    for key, (file, verb) in _WITH_KINDS.items():
        given = [override.partition("=")[2].strip("'\"") for override in kept if override.startswith(f"{key}=")]
        if not given or given[-1] in ("", "null") or given[-1][:1] in "{[":
            continue
        folder = Path(given[-1]).expanduser().absolute()
        if not (folder / file).is_file():
            raise ConfigError(key, f"a folder with {file}", f"'{folder}'", f"Make one with defectgen {verb}.")
        before = [override for override in kept if override.startswith(_SEARCHPATH)]
        places = [place for override in before for place in re.findall(r"'(file://[^']+)'", override)]
        joined = ",".join(f"'{place}'" for place in [*places, f"file://{folder}"])
        kept = [*(override for override in kept if override not in before), f"{_SEARCHPATH}[{joined}]"]
    return kept


def literal(override: str) -> str:
    """Return an override whose value is a path or a pattern in quotes, so that any letter may stand in it."""
    key, equals, value = override.partition("=")
    if key not in (*PATHS, *PATTERNS) or not equals or value[:1] in ("'", '"') or "${" in value or value == "null":
        return override
    if key == "data" and value[:1] in ("[", "{"):  # several data sets
        return override
    value = _BEFORE_QUOTE.sub(lambda found: found[0] * 2, value)  # elsewhere Hydra takes a backslash as it is
    return f"{key}='{value.replace(QUOTE, BACKSLASH + QUOTE)}'"


def plain(config: Any) -> dict[str, Any]:
    """Return a resolved config without Hydra's own node.

    Raises:
        ConfigError: a value is missing or an interpolation leads nowhere.
    """
    _share(config)
    try:
        resolved = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise _explain_omegaconf(error) from None
    assert isinstance(resolved, dict)
    resolved.pop("hydra", None)
    return {str(key): value for key, value in resolved.items()}


def _share(config: Any) -> None:
    """Give every chosen kind of defect the look or the outline that was chosen for all.

    Raises:
        ConfigError: a value of it is missing.
    """
    for group in FOR_ALL:
        if isinstance(chosen := config.get(group), DictConfig):
            for key in sorted(OmegaConf.missing_keys(chosen)):
                raise ConfigError(key, "a value", "nothing", f"Add {key}=... to the command.")
            for kind in _kinds_in(config.defect):
                OmegaConf.update(kind, group, chosen, merge=False, force_add=True)


def _kinds_in(node: DictConfig) -> Iterator[DictConfig]:
    """Yield the components below a node of families."""
    for inner in node.values():
        if TARGET in inner:
            yield inner
        else:
            yield from _kinds_in(inner)


def samples(*overrides: str) -> SampleSequence:
    """Return the samples of a recipe in memory, by index and by iteration.

    Args:
        overrides: what one would write behind ``defectgen generate``.

    Raises:
        ConfigError: an override does not fit.

    Example:
        >>> from generator import samples
        >>> sample = samples("source.size_wh=[64,64]", "count=8", "seed=3")[5]
        >>> sample.image.shape
        (64, 64, 3)
    """
    return SampleSequence(compose_config("generate", overrides))


def explain(error: HydraException, verb: str, overrides: Sequence[str]) -> ConfigError:
    """Return what a user needs to know of a failed composition."""
    cause = error.__cause__ if isinstance(error, ConfigCompositionException) and error.__cause__ else error
    text = str(cause) if cause is not error else str(error)
    if isinstance(error, OverrideParseException):
        override = error.override or ""
        hint = (
            "Write key=value, in quotes if it holds a list: 'defect=[metal/scratch,metal/pit]'. A text with other "
            "signs than letters and digits needs quotes of its own: \"key='a, b'\"."
        )
        return ConfigError(f"override '{override}'", "key=value", "something that cannot be read", hint)
    if isinstance(error, MissingConfigException):
        return _explain_missing(error.missing_cfg_file or "", overrides)
    fits = "is not in struct" in text  # the options could be chosen, a key within them is at fault
    pairs = [override.partition("=") for override in overrides]
    options = ["".join(pair) for pair in pairs if pair[0].split("@")[0] in groups() and not pair[2].startswith("{")]
    chosen = options if fits else []
    chosen += [override for override in overrides if chosen and override.startswith(_SEARCHPATH)]
    group = re.search(r"Could not override '([^']+)'", str(error))
    inner = re.search(r"full_key: (\S+)", text) if fits else None
    if group and inner and inner[1].startswith(f"{group[1]}."):
        key, name = group[1], inner[1].removeprefix(f"{group[1]}.").split(".")[0]
        there = _below(key, known_keys(verb, chosen))
        if there:
            hint = closest(name, there) or f"To add a name of your own, write '+{key}.{name}=...'."
            return ConfigError(key, f"names that are there: {', '.join(there)}", f"'{name}'", hint)
    if group:
        return _unknown_key(group[1].split("@")[0], verb, chosen)
    added = re.search(r"Could not append to config\. An item is already at '([^']+)'", str(error))
    if added:
        return ConfigError(added[1], "no '+' before a key that exists", f"+{added[1]}", f"Write {added[1]}=... .")
    key = re.search(r"full_key: (\S+)", text)
    if key and "is not in struct" in text:
        return _unknown_key(key[1], verb, chosen)
    if key:
        return ConfigError(key[1], "a value of the key's type", text.split("\n")[0])
    return ConfigError(
        "override", "a valid override", " ".join(f"{error}".split()) + (f" ({overrides})" if not text else "")
    )


def _explain_missing(missing: str, overrides: Sequence[str]) -> ConfigError:
    folder = conf_dir()
    top = next((group for group in groups() if missing.startswith(f"{group}/")), "")
    asked = missing.removeprefix(f"{top}/") if top else missing
    own = [Path(found) / top for override in overrides for found in re.findall(r"'file://([^']+)'", override)]
    options = sorted({option for place in (folder / top, *own) for option in _options_in(place)}) if top else []
    if not options:
        return ConfigError("override", "a known group", f"'{missing}'", nearest(missing, groups()))
    hint = closest(asked, options)
    for key, (_, verb) in _WITH_KINDS.items():
        if asked.startswith(f"{key}/") and not any(option.startswith(f"{key}/") for option in options):
            hint = f"Name the folder that holds it: {key}=FOLDER, made with defectgen {verb}."
    if len(options) <= _MOST_LISTED:
        return ConfigError(top, f"one of {', '.join(options)}", f"'{asked}'", hint)
    hint = hint or f"defectgen generate --help lists what there is; your own need --config-dir FOLDER with {top}/..."
    return ConfigError(top, f"one of {len(options)} options", f"'{asked}'", hint)


def _unknown_key(key: str, verb: str, chosen: Sequence[str] = ()) -> ConfigError:
    """Return what is said of a key that the verb, with the chosen options, does not have."""
    known = known_keys(verb, chosen)
    first = key.split(".")[0]
    if key in NESTED:
        inner = [group for group in groups() if group.startswith(f"{key}/")]
        return ConfigError(key, f"one of {', '.join(inner)}", f"'{key}'", f"Write {inner[0]}=... or another of them.")
    if key == "model":
        hint = "It belongs to defectgen train; a trained model paints with appearance=gan appearance.checkpoint=DIR."
        return ConfigError(key, f"a key of {verb}", f"'{key}'", hint)
    if key in groups() or (first in NESTED and first not in known):
        if first == "text" or key.startswith("text/"):
            return ConfigError(key, "a recipe of text", "another", "Add recipe=text, or an experiment of text.")
        hint = "Add recipe=rotation, which turns whole images, or recipe=parts, which lays parts on scenes."
        return ConfigError(key, "a recipe of angles that has this key", "another", hint)
    if "/" in key:
        return ConfigError(key, "a known group", f"'{key}'", nearest(key, groups()))
    belongs = _options_with(key)
    if belongs:
        hint = f"It belongs to {' or '.join(belongs)}; add that."
        return ConfigError(key, "a key of the chosen options", f"'{key}'", hint)
    parent = key
    while "." in parent:
        parent, _, name = parent.rpartition(".")
        siblings = {k.removeprefix(f"{parent}.").split(".")[0] for k in known if k.startswith(f"{parent}.")}
        siblings.discard(TARGET)
        if siblings and name not in siblings:
            return ConfigError(key, "a known key", f"'{name}'", nearest(name, siblings))
    top = {k.split(".")[0] for k in known} | (set(groups()) if verb == "generate" else set())
    return ConfigError(key, "a known key", f"'{first}'", nearest(first, top))


def _below(key: str, keys: Iterable[str]) -> list[str]:
    """Return the names right below a key."""
    return sorted({one.removeprefix(f"{key}.").split(".")[0] for one in keys if one.startswith(f"{key}.")} - {TARGET})


def _options_with(key: str) -> list[str]:
    """Return the group options, such as ``source=folder``, that have a key which the chosen ones lack."""
    group = next((group for group in groups() if key.startswith(f"{group.replace('/', '.')}.")), "")
    if not group:
        return []
    folder, name = conf_dir() / group, key[len(group) + 1 :]
    found = []
    for path in sorted(folder.rglob("*.yaml")):
        option = path.relative_to(folder).with_suffix("").as_posix()
        keys = _walk(OmegaConf.to_container(OmegaConf.load(path)), "")
        above = [option.replace("/", "."), option.rpartition("/")[0].replace("/", ".")]  # where its keys may stand
        stands = any(name.removeprefix(f"{place}.") in keys for place in above)
        if stands and "defaults" not in keys:  # what builds on another option is found by that one
            found.append(f"{group}=[{option}]" if group in LISTED else f"{group}={option}")
    return found


def known_keys(verb: str, chosen: Sequence[str] = ()) -> list[str]:
    """Return every key of a verb's configuration, dotted: the default one, or that of the chosen options."""
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        config = OmegaConf.to_container(compose(config_name=verb, overrides=list(chosen)), resolve=False)
    return list(_walk(config, ""))


def groups() -> list[str]:
    """Return the config groups a user can choose from, such as source and text/corpus."""
    tops = [path for path in conf_dir().iterdir() if path.is_dir() and path.name != "hydra"]
    inner = [f"{top.name}/{path.name}" for top in tops if top.name in NESTED for path in top.iterdir() if path.is_dir()]
    return sorted([top.name for top in tops if top.name not in NESTED] + inner)


def group_options(group: str) -> list[str]:
    """Return the options of a group, such as metal/scratch of defect."""
    return _options_in(conf_dir() / group)


def _options_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).with_suffix("").as_posix() for p in folder.rglob("*.yaml"))


def _walk(node: object, prefix: str) -> list[str]:
    keys: list[str] = []
    if isinstance(node, Mapping):
        for key, value in node.items():
            path = f"{prefix}.{key}" if prefix else str(key)
            keys += [path, *_walk(value, path)]
    return keys


def _explain_omegaconf(error: OmegaConfBaseException) -> ConfigError:
    key = getattr(error, "full_key", None) or "override"
    if isinstance(error, MissingMandatoryValue):
        return ConfigError(str(key), "a value", "nothing", f"Add {key}=... to the command.")
    return ConfigError(str(key), "a value that can be resolved", str(error).split("\n")[0])
