"""What the bench says of its kinds holds."""

from __future__ import annotations

from tests.bench.bench_synthesis import SURFACES, kinds, summary


def test_the_bench_names_the_kinds_that_are_too_slow_slowest_first():
    said = summary({500: {"metal/scratch": 700.0, "pcb/open": 31.4, "pcb/short": 12.0}, 50: {"glass/crack": 50.0}})
    assert said.startswith("3 kinds with a goal of 500/s: mean 248/s, median 31/s, slowest 12/s\n1 kinds with")
    assert said.endswith("\nbelow 50/s: pcb/short (12/s), pcb/open (31/s)")
    assert summary({500: {"metal/scratch": 700.0}, 50: {}}).endswith("\nbelow 50/s: none")


def test_the_surfaces_of_the_bench_are_for_kinds_that_there_are():
    there_are = set(kinds())
    assert all(name in there_are | {kind.split("/")[0] for kind in there_are} for name in SURFACES)
