"""What is seen of a training while it runs."""

from __future__ import annotations

from generator.cli.training_progress import TrainingProgress
from generator.model.loop.plan import Progress


def _progress(done, **losses):
    return Progress(stage="real", done=done, total=4, losses=losses, left_s=61.4)


def test_a_line_says_stage_steps_time_left_and_smoothed_losses(capsys):
    with TrainingProgress() as progress:
        progress.report(_progress(1, fool=1.0))
        progress.report(_progress(2, fool=2.0))
        progress.report(_progress(4, fool=2.0, judge=0.5))
    assert capsys.readouterr().err == "real: 4/4 steps, 0:01:01 left, fool 1.1  judge 0.5\n"


def test_a_terminal_shows_one_bar(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with TrainingProgress() as progress:
        for done in range(1, 5):
            progress.report(_progress(done, fool=0.25))
    err = capsys.readouterr().err
    assert "4/4" in err and "fool 0.25" in err and "0:01:01 left" in err
