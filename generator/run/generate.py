"""The main job: a plan becomes a data set on disk. Source: own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, GeneratorError
from generator.core.ports import Executor, Report
from generator.core.sample import Sample
from generator.core.version import VERSION
from generator.dataset.store import CLASSES, RECORDS, SampleWriter, record_line, write_text
from generator.run.build import build, coerce
from generator.run.manifest import RUN, RunFolder, Specification, mark_output
from generator.run.pipeline import Pipeline, Rejected
from generator.run.shard import MARKS, DoneMark, ShardWriter

REJECTS = "rejects.jsonl"
CONFIG = "config.yaml"
_PROBED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run left on disk.

    Attributes:
        root: the data set's folder.
        planned, images, rejected: numbers of samples.
        instances: defects per category.
        bytes: of images, twins and masks.
        findings: what was noticed about the source and the stages as a whole.
        warnings: what was noticed on samples, a sentence a kind.
        rejections: why samples were rejected and how often, a sentence a reason, the most frequent first.
        made: number of samples made by this call; 0: everything was there already, or is rejected.
    """

    root: Path
    planned: int
    images: int
    rejected: int
    instances: dict[str, int]
    bytes: int
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    rejections: tuple[str, ...]
    made: int


class Job:
    """A configured run: pipeline, folder, executor.

    Args:
        config: the resolved configuration as plain mappings, lists and values.

    Raises:
        ConfigError: a key or value is wrong; nothing has been written.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = dict(config)
        self.pipeline = Pipeline(config)
        self._executor: Executor = build(config["executor"], "executor")
        self.shard_size: int = coerce(int, config["shard_size"], "shard_size")
        if not 1 <= self.shard_size <= 1_000_000:
            raise ConfigError("shard_size", "a whole number in 1..1000000", self.shard_size)
        self._twins: bool = coerce(bool, config["twins"], "twins")
        self._jpeg: int | None = coerce(int | None, config.get("jpeg_quality"), "jpeg_quality")
        if self._jpeg is not None and not 1 <= self._jpeg <= 100:
            raise ConfigError("jpeg_quality", "a whole number in 1..100, or null for PNG", self._jpeg)
        self.root = Path(coerce(str, config["out"], "out")).expanduser().absolute()
        self._overwrite: bool = coerce(bool, config["overwrite"], "overwrite")

    @property
    def shards(self) -> int:
        """The number of shards of the plan."""
        return -(-len(self.pipeline) // self.shard_size)

    def run(self, report: Report, resumed: Report | None = None) -> RunResult:
        """Make what is missing, then the data set's own files.

        Args:
            report: called with images finished and rejected since its last call.
            resumed: called once before the work begins, with images finished and rejected by earlier runs.

        Raises:
            ConfigError: the folder cannot be used.
            KeyboardInterrupt: stopped; the same command goes on.
        """
        self._probe()
        spec = Specification.of(self._config, self.pipeline.asset_digest())
        folder = RunFolder(self.root, spec)
        with folder.locked():
            folder.open(self._overwrite)
            missing, marks = folder.missing(len(self.pipeline), self.shard_size)
            if resumed is not None:
                resumed(sum(mark.images for mark in marks), sum(len(mark.rejects) for mark in marks))
            writer = ShardWriter(
                pipeline=self.pipeline,
                root=self.root,
                spec_id=spec.spec_id,
                twins=self._twins,
                jpeg_quality=self._jpeg,
            )
            try:
                made = list(self._executor.map(writer, missing, report))
            except (GeneratorError, KeyboardInterrupt):
                folder.forget_unless_begun()
                raise
            folder.clear_partial()
            every = sorted((*marks, *made), key=lambda mark: mark.shard.number)
            reduce_shards(self.root, spec, self.pipeline, every)
        return RunResult(
            root=self.root,
            planned=len(self.pipeline),
            images=sum(mark.images for mark in every),
            rejected=sum(len(mark.rejects) for mark in every),
            instances=_total(every),
            bytes=sum(mark.bytes for mark in every),
            findings=self.pipeline.findings(),
            warnings=_warnings(every),
            rejections=_rejections(every, len(self.pipeline)),
            made=sum(mark.images for mark in made),
        )

    def _probe(self) -> None:
        """Make two samples before anything is written or replaced.

        The first, or a defective one if there is one among the first, and the last, where counters have come furthest.
        """
        first = range(min(_PROBED, len(self.pipeline)))
        chosen = [*(i for i in first if self.pipeline.plan[i].categories), *first][:1]
        for index in dict.fromkeys([*chosen, len(self.pipeline) - 1][: len(self.pipeline)]):
            self.pipeline.make(index)

    def run_only(self, index: int) -> tuple[Path, Sample | Rejected]:
        """Make one sample of the plan alone, beside the data set, and return its folder.

        Raises:
            ConfigError: there is no such sample.
        """
        if not 0 <= index < len(self.pipeline):
            raise ConfigError("only", f"an index in 0..{len(self.pipeline) - 1}", index)
        made = self.pipeline.make(index)
        root = self.root.with_name(f"{self.root.name}.only")
        if isinstance(made, Sample):
            try:
                mark_output(root)
                record = SampleWriter(root, self._twins, self.pipeline.labelling.keep, self._jpeg).write(made)
            except OSError as error:
                raise ConfigError("out", "a folder that can be written", f"{root} ({error.strerror})") from None
            write_text(root / f"{made.spec.key}.json", record_line(record))
        return root, made


def reduce_shards(root: Path, spec: Specification, pipeline: Pipeline, marks: list[DoneMark]) -> None:
    """Write records.jsonl, rejects.jsonl, classes.json, config.yaml and run.json from the shards, in plan order."""
    _join(root, marks)
    rejects = b"".join(orjson.dumps(reject, option=orjson.OPT_APPEND_NEWLINE) for m in marks for reject in m.rejects)
    write_text(root / REJECTS, rejects)
    write_text(root / CLASSES, orjson.dumps({"classes": list(pipeline.classes)}, option=orjson.OPT_INDENT_2))
    write_text(root / CONFIG, yaml.safe_dump(spec.config, sort_keys=False, allow_unicode=True).encode())
    listing = "".join(f"{mark.shard.start} {mark.shard.stop} {mark.sha256}\n" for mark in marks)
    run = {
        "spec_id": spec.spec_id,
        "version": VERSION,
        "assets": spec.assets,
        "planned": len(pipeline),
        "plan": pipeline.plan.table(),
        "images": sum(mark.images for mark in marks),
        "rejected": sum(len(mark.rejects) for mark in marks),
        "instances": _total(marks),
        "bytes": sum(mark.bytes for mark in marks),
        "findings": [asdict(finding) for finding in pipeline.findings()],
    }
    write_text(root / RUN, orjson.dumps(run, option=orjson.OPT_INDENT_2))
    write_text(root / MARKS / "sha256", hashlib.sha256(listing.encode()).hexdigest().encode())


def _join(root: Path, marks: list[DoneMark]) -> None:
    """Write records.jsonl from the shards' lines.

    Raises:
        ConfigError: lines of a shard are gone.
    """
    partial = root / f".{RECORDS}.partial"
    with partial.open("wb") as out:
        for mark in marks:
            path = root / MARKS / f"{mark.shard.stem}.jsonl"
            lines = path.read_bytes() if path.is_file() else b""
            if lines.count(b"\n") != mark.images:
                hint = f"Delete {path.with_suffix('.done')} and repeat the command, which makes that shard again."
                partial.unlink()
                raise ConfigError("out", f"{mark.images} lines in {path}", lines.count(b"\n"), hint)
            out.write(lines)
    partial.replace(root / RECORDS)


def _total(marks: list[DoneMark]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for mark in marks:
        total.update(mark.instances)
    return dict(sorted(total.items()))


def _warnings(marks: list[DoneMark]) -> tuple[str, ...]:
    """Return one sentence for each kind of warning that samples have."""
    seen: dict[str, tuple[int, str]] = {}
    for mark in marks:
        for code, (number, message) in mark.warnings.items():
            before, first = seen.get(code, (0, message))
            seen[code] = (before + number, first)
    return tuple(f"{first} ({number} samples like this)" for number, first in seen.values())


def _rejections(marks: list[DoneMark], planned: int) -> tuple[str, ...]:
    """Return one sentence for each reason that samples were rejected for.

    A kind that found no place is a reason of its own; what checks found is one reason a check, with its first message.
    """
    number: Counter[str] = Counter()
    first: dict[str, str] = {}
    for mark in marks:
        for reject in mark.rejects:
            found = {(f["message"] if f["code"] == "no_room" else f["code"]): f for f in reject["findings"]}
            number.update(found.keys())
            for reason, finding in found.items():
                first.setdefault(reason, finding["message"])
    return tuple(
        f"{times} of {planned} samples: "
        + (reason if reason == first[reason] else f"{reason}, such as {first[reason]}")
        for reason, times in number.most_common()
    )
