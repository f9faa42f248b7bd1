"""Camera, drift and distractor on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_groups_are_in_the_help(command):
    out = command("generate", "--help")[1]
    for group, option in (("camera", "line_scan"), ("drift", "lamp_ageing"), ("distractor", "water_drop")):
        assert any(line.split()[:1] == [group] and option in line for line in out.splitlines()), group


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["camera=mld"], "camera: expected one of full, line_scan, mild, none, got 'mld'. Did you mean 'mild'?"),
        (["camera=null"], "camera: expected one of full, line_scan, mild, none, got null. Write 'camera=none'."),
        (["camera=mild", "camera.expsure=1"], "camera.expsure: expected a known key, got 'expsure'. Did you mean"),
        (["camera.exposure=1"], "It belongs to camera=full or camera=line_scan or camera=mild; add that."),
        (
            ["camera=full", "camera.jpeg_quality=0"],
            "camera.jpeg_quality: expected (low, high) within [1, 100], got (0, 0)",
        ),
        (["drift=sunlight", "drift.severity=9"], "drift.severity: expected a whole number in 1..5, got 9"),
        (["drift=sunlight", "drift.patch=[1,2]"], "drift.patch: expected 5 values, got 2"),
        (["drift=fog"], "drift: expected one of camera_moved"),
        (
            ["drift=[lamp_ageing, sunlight]"],
            "drift: expected one drift at a time, got [lamp_ageing, sunlight]. Choose one, such as drift=lamp_ageing",
        ),
        (["camera=[mild,full]"], "camera: expected one camera at a time, got [mild,full]. Choose one, such as"),
        (["drift=[]"], "drift: expected one of camera_moved, dirt_on_lens, lamp_ageing, none, sunlight, got []. Write"),
        (["distractor=[fog]"], "distractor: expected one of corner"),
        (["distractor=[dust]", "distractor.dust.shape.dimeter=3"], "got 'dimeter'. Did you mean 'diameter'?"),
        (["recipe.stages=[3]"], "recipe.stages[0]: expected a mapping with _target_, or null, got 3"),
    ],
)
def test_a_slip_gets_one_paragraph(command, overrides, said):
    code, _, err = command("plan", *overrides)
    assert code == 2 and said in err and len(err.strip().splitlines()) == 1, err


def test_albumentations_is_imported_when_it_is_needed_and_calls_no_server():
    probe = """
import sys, socket
def refuse(*_): raise AssertionError("a connection")
socket.socket.connect = socket.getaddrinfo = refuse
from generator import samples
few = ("source.size_wh=[32,32]", "count=1", "good_share=1", "roi=whole")
samples(*few, "camera=mild", "drift=sunlight")[0]
assert "albumentations" not in sys.modules
samples(*few, "camera=full")[0]
assert "albumentations" in sys.modules
"""
    env = {key: value for key, value in os.environ.items() if key != "NO_ALBUMENTATIONS_UPDATE"}
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.returncode == 0 and not done.stderr, done.stderr
