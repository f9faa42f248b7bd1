"""Tests of what run and report say of data sets with text."""

from __future__ import annotations

ONE_FAMILY = ("recipe=text", "text/font=by_split", "text.font.include=[Lato*]", "executor=serial", "count=2")


def test_what_fonts_noticed_reaches_plan_run_and_report(command, tmp_path):
    said = "1 families (Lato) for 3 splits"
    assert said in command("plan", *ONE_FAMILY)[1].replace("\n", " ")
    code, _, err = command("generate", *ONE_FAMILY, "out=set")
    assert code == 0
    assert f"warning: {said}" in err
    assert "shared_fonts" in (tmp_path / "set" / "run.json").read_text()
    assert said in (tmp_path / "set" / "report.html").read_text()
