"""A real reader reads what the labels say, and worse where the image is worse."""

from __future__ import annotations

import itertools
import socket

import pytest

from tests.text.reader import CLEAN, DEGRADED, edit_distance, read


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No connection is opened."""

    def refuse(*args, **kwargs):
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_edits_are_counted_by_hand():
    assert edit_distance("LOT 2408", "LOT 2408") == 0
    assert edit_distance("LOT 2408", "L0T 248") == 2
    assert edit_distance("", "abc") == edit_distance("abc", "") == 3


def test_clean_lines_are_read_as_they_are_labelled():
    readings = [read([corpus], 30) for corpus in CLEAN]
    whole = readings[0] + readings[1] + readings[2]
    assert whole.lines == 90
    assert whole.accuracy >= 0.97, whole.misread


def test_degraded_lines_are_read_worse_the_worse_they_are():
    accuracies = [read([CLEAN[1]], 24).accuracy]
    accuracies += [read([CLEAN[1], *grade], 24).accuracy for grade in DEGRADED]
    assert accuracies[0] >= accuracies[1] > 0.95
    assert all(worse < better - 0.02 for better, worse in itertools.pairwise(accuracies[1:])), accuracies
