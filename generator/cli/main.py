"""The command line: ``defectgen VERB key=value ...``.

Every mistake of the user ends in one paragraph and exit code 2. Nothing heavy is imported before it is needed.
Source: own.
"""

from __future__ import annotations

import io
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from generator.cli.help import GENERAL, help_of, is_help
from generator.core.errors import ConfigError, GeneratorError, closest, nearest
from generator.core.version import VERSION

OF_REAL = ("fit", "harvest", "mix", "augment", "train", "synthesise")
"""Verbs that lie in generator/cli/real."""
VERBS = ("generate", "plan", "preview", *OF_REAL, "export", "report", "doctor")
INTERRUPTED = 130
_HYDRA_FLAGS = {"-m", "--multirun", "-sc", "--shell-completion", "--info", "-i"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 ok, 1 fault, 2 user's mistake, 3 too many rejects, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows a question mark
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is a Ctrl-C
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except GeneratorError as error:
        print(f"defectgen: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        again = arguments[:1] != ["generate"]  # there overwrite=true would begin again, the others need it
        kept = [argument for argument in arguments if again or not argument.startswith("overwrite=")]
        command = shlex.join(["defectgen", *kept])
        print(f"\nInterrupted. What is finished is kept; to go on, repeat: {command}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read this has seen enough
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"defectgen: {place}{error.strerror or error}", file=sys.stderr)
        return GeneratorError.exit_code


def _run(arguments: list[str]) -> int:
    if not arguments or is_help(arguments[0]):
        print(GENERAL)
        return 0
    if arguments[0] in ("--version", "-V"):
        print(f"defectgen {VERSION}")
        return 0
    verb, rest = arguments[0], arguments[1:]
    if verb in ("-sc", "--shell-completion"):
        return _complete(arguments)
    if verb not in VERBS:
        if "=" in verb or verb.startswith("-"):
            raise ConfigError("command", "a verb first", f"'{verb}'", f"Write: defectgen generate {verb}")
        raise ConfigError("command", "one of " + ", ".join(VERBS), f"'{verb}'", closest(verb, VERBS))
    if any(is_help(argument) for argument in rest):
        print(help_of(verb))
        return 0
    if verb == "doctor" and not rest:
        return import_module("generator.cli.doctor").machine()
    if _HYDRA_FLAGS & set(rest):
        return _through_hydra(verb, rest)
    return _compose_and_run(verb, rest)


def _compose_and_run(verb: str, rest: list[str]) -> int:
    from generator.cli.compose import compose_config

    show, overrides = _split_flags(rest)
    config = compose_config("generate" if verb in ("plan", "preview") else verb, overrides)
    if show:
        import yaml

        print(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), end="")
        return 0
    return _verb(verb)(config)


def _split_flags(rest: list[str]) -> tuple[bool, list[str]]:
    """Return whether ``--cfg job`` was given, and the overrides, with ``--config-dir`` as one of them."""
    overrides, show = [], False
    pending = iter(rest)
    for argument in pending:
        if argument in ("--cfg", "-c") or argument.startswith("--cfg="):
            what = argument.partition("=")[2] or next(pending, "job")
            if what != "job":
                raise ConfigError("--cfg", "job", f"'{what}'")
            show = True
        elif argument == "--config-dir" or argument.startswith("--config-dir="):
            folder = Path(argument.partition("=")[2] or next(pending, "")).expanduser().resolve()
            if not folder.is_dir():
                raise ConfigError("--config-dir", "a folder with your own yamls", str(folder))
            overrides.append(f"hydra.searchpath=['file://{folder}']")
        elif argument.startswith("-"):
            known = ("--cfg", "--config-dir", "--help", "--multirun", "--info")
            raise ConfigError("command", "a known flag", f"'{argument}'", nearest(argument, known))
        else:
            overrides.append(argument)
    return show, overrides


def _verb(verb: str) -> Callable[[dict], int]:
    return import_module(f"generator.cli.real.{verb}" if verb in OF_REAL else f"generator.cli.{verb}").run


def _complete(arguments: list[str]) -> int:
    """Answer the shell: verbs here, keys and groups by Hydra, to which the line is given without its verb."""
    program, _, line = os.environ.get("COMP_LINE", "").lstrip().partition(" ")
    verb, blank, rest = line.lstrip().partition(" ")
    if any(argument.startswith("query") for argument in arguments) and not blank:
        print(" ".join(name for name in VERBS if name.startswith(verb)))
        return 0
    os.environ["COMP_LINE"] = f"{program} {rest}"
    return _through_hydra(verb if verb in VERBS else "generate", arguments)


def _through_hydra(verb: str, rest: list[str]) -> int:
    """Leave sweeps and shell completion to Hydra, with its errors raised instead of printed."""
    import hydra
    from hydra.errors import HydraException

    from generator.cli.compose import conf_dir, explain, plain, require_sound, with_folders

    require_sound(rest)
    rest = with_folders(rest)
    os.environ["HYDRA_FULL_ERROR"] = "1"
    codes: list[int] = []
    name = "generate" if verb in ("plan", "preview") else verb

    @hydra.main(version_base="1.3", config_path=str(conf_dir()), config_name=name)
    def job(config: object) -> None:
        codes.append(_verb(verb)(plain(config)))

    before = sys.argv
    flags_first = sorted(rest, key=lambda argument: not argument.startswith("-"))  # as Hydra's parser needs them
    sys.argv = ["defectgen", *flags_first]
    try:
        job()
    except HydraException as error:
        raise explain(error, name, rest) from None
    finally:
        sys.argv = before
    return max(codes, default=0)
