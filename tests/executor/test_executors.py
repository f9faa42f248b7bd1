"""Every executor gives every shard's result once, counts, and passes errors on."""

from __future__ import annotations

import os

import pytest

from generator.core.errors import GeneratorError, RangeError, SampleError
from generator.executor.process import Process
from generator.executor.serial import Serial

EXECUTORS = [Serial(), Process(workers=1), Process(workers=2)]


def square(shard, report):
    report(shard, 1)
    return shard * shard


def fail_at_three(shard, report):
    if shard == 3:
        raise SampleError(3, "defects", "a fault")
    return shard


def die(shard, report):
    os._exit(9)


@pytest.mark.parametrize("executor", EXECUTORS, ids=repr)
def test_every_shard_is_worked_on_once_and_counted(executor):
    counts = [0, 0]

    def report(images, rejected):
        counts[0] += images
        counts[1] += rejected

    assert sorted(executor.map(square, range(8), report)) == [n * n for n in range(8)]
    assert counts == [28, 8]


@pytest.mark.parametrize("executor", EXECUTORS, ids=repr)
def test_no_shard_is_no_work(executor):
    assert list(executor.map(square, [], lambda images, rejected: None)) == []


@pytest.mark.parametrize("executor", EXECUTORS, ids=repr)
def test_an_error_of_a_worker_reaches_the_caller_with_its_facts(executor):
    with pytest.raises(SampleError, match="sample 3 failed in defects: a fault") as caught:
        list(executor.map(fail_at_three, range(6), lambda images, rejected: None))
    assert caught.value.index == 3


def test_a_killed_worker_is_said_in_a_sentence():
    with pytest.raises(GeneratorError, match="a worker process was killed"):
        list(Process(workers=1).map(die, [1], lambda images, rejected: None))


def test_no_workers_are_refused():
    with pytest.raises(RangeError):
        Process(workers=0)
