"""One shard: a fixed slice of the plan, written whole or not at all.

A shard is written below its worker's temporary folder, its files are renamed into place, then its lines and its
done-mark appear. A process killed at any moment leaves at most files that the same command writes again with the same
bytes. Source: own.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from generator.core.errors import ConfigError
from generator.core.ports import Report
from generator.dataset.store import SampleWriter, record_line, write_text
from generator.run.pipeline import Pipeline, Rejected

MARKS = "shards"
PARTIAL = ".partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A slice [start, stop) of the plan."""

    number: int
    start: int
    stop: int

    @property
    def stem(self) -> str:
        """The name of its files."""
        return f"{self.number:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneMark:
    """What is known of a finished shard.

    Attributes:
        spec_id: of the run that wrote it.
        shard: its slice.
        images, bytes: files and bytes of its images.
        instances: defects per category.
        sha256: over its files, in order, and its lines.
        rejects: index, planned categories and reasons of each sample that was not made.
        warnings: per code, how many samples have it and the first message.
    """

    spec_id: str
    shard: Shard
    images: int
    bytes: int
    instances: dict[str, int]
    sha256: str
    rejects: list[dict[str, Any]] = field(default_factory=list)
    warnings: dict[str, tuple[int, str]] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return the mark's file."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @classmethod
    def from_json(cls, data: bytes) -> DoneMark:
        """Return the mark of a file."""
        line: Mapping[str, Any] = orjson.loads(data)
        return cls(**{**line, "shard": Shard(**line["shard"])})


def slices(count: int, shard_size: int) -> list[Shard]:
    """Return the shards of a plan: [k*S, (k+1)*S), whatever the number of workers."""
    return [
        Shard(number=number, start=start, stop=min(start + shard_size, count))
        for number, start in enumerate(range(0, count, shard_size))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardWriter:
    """The task of a worker: makes and writes one shard after another.

    Attributes:
        pipeline: makes the samples.
        root: the data set's folder.
        spec_id: of the run.
        twins: whether good twins are written.
        jpeg_quality: of the images, in [1, 100]; None: lossless PNG.
    """

    pipeline: Pipeline
    root: Path
    spec_id: str
    twins: bool
    jpeg_quality: int | None = None

    def __call__(self, shard: Shard, report: Report) -> DoneMark:
        """Write the shard and return its mark, which is on disk by then.

        Raises:
            ConfigError: a file cannot be written, as on a full disk.
        """
        try:
            return self._write(shard, report)
        except OSError as error:
            hint = "What is finished is kept; the same command goes on once that is mended."
            problem = f"{self.root}: {error.strerror or error}"
            raise ConfigError("out", "a folder that can be written", problem, hint) from error

    def _write(self, shard: Shard, report: Report) -> DoneMark:
        partial = self.root / MARKS / PARTIAL / str(os.getpid())  # no orphan of a killed run shares it
        writer = SampleWriter(partial, self.twins, self.pipeline.labelling.keep, self.jpeg_quality)
        lines, rejects, instances, images = [], [], Counter(), 0
        warnings: dict[str, tuple[int, str]] = {}
        for index in range(shard.start, shard.stop):
            made = self.pipeline.make(index)
            if isinstance(made, Rejected):
                rejects.append(_reject(made))
                report(0, 1)
                continue
            lines.append(record_line(writer.write(made)))
            instances.update(labelled.category for labelled in (*made.parts, *made.instances))
            for finding in made.findings:
                if finding.severity == "warning":
                    number, first = warnings.get(finding.code, (0, finding.message))
                    warnings[finding.code] = (number + 1, first)
            images += 1
            report(1, 0)
        data = b"".join(lines)
        _move(partial, self.root, writer.files)
        mark = DoneMark(
            spec_id=self.spec_id,
            shard=shard,
            images=images,
            bytes=sum(size for size, _ in writer.files.values()),
            instances=dict(sorted(instances.items())),
            sha256=_digest(writer.files, data),
            rejects=rejects,
            warnings=warnings,
        )
        write_text(self.root / MARKS / f"{shard.stem}.jsonl", data)
        write_text(self.root / MARKS / f"{shard.stem}.done", mark.to_json())
        return mark


def _reject(made: Rejected) -> dict[str, Any]:
    return {
        "index": made.spec.index,
        "split": made.spec.split,
        "categories": list(made.spec.categories),
        "findings": [asdict(finding) for finding in made.findings],
    }


def _move(partial: Path, root: Path, files: Mapping[str, tuple[int, str]]) -> None:
    """Rename a shard's files into place."""
    for folder in {name.rpartition("/")[0] for name in files}:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name in files:
        os.replace(f"{partial}/{name}", f"{root}/{name}")  # noqa: PTH105 quicker by half than a Path a file


def _digest(files: Mapping[str, tuple[int, str]], lines: bytes) -> str:
    """Return the sha256 over the files' names and hashes, in order, and the lines."""
    listing = "".join(f"{name} {sha256}\n" for name, (_, sha256) in sorted(files.items()))
    return hashlib.sha256(listing.encode() + lines).hexdigest()
