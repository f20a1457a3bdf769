"""What the person sees of a batch."""

import io

import pytest

from libs.report import Report, printable

GREEN = (0, 255, 0)


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def lines_of(stream: io.StringIO) -> list[str]:
    return stream.getvalue().splitlines()


def test_each_picture_gets_one_numbered_line():
    stream = io.StringIO()
    report = Report(4, GREEN, stream)
    report.tell_filled("a.png", 2, 1.26)
    report.tell_filled("b.png", 1, 0.04, ["a note", "another"])
    report.tell_unpainted("c.png")
    report.tell_failed("d.png", "cannot read it (broken PNG file)")
    assert lines_of(stream) == [
        "[1/4] a.png: 2 holes filled in 1.3 s",
        "[2/4] b.png: 1 hole filled in 0.0 s; a note; another",
        "[3/4] c.png: nothing painted (0, 255, 0)",
        "[4/4] d.png: FAILED, cannot read it (broken PNG file)",
    ]


def test_the_summary_counts_and_says_where_results_are():
    stream = io.StringIO()
    report = Report(3, GREEN, stream)
    report.tell_filled("a.png", 2, 1.0)
    report.tell_unpainted("b.png")
    report.tell_failed("c.png", "no")
    report.summarize("results")
    summary = lines_of(stream)[-1]
    assert summary.startswith("1 filled, 1 not painted, 1 FAILED in ")
    assert summary.endswith(" s; results are in results")


def test_pictures_done_before_are_told_and_counted_and_the_summary_says_how_to_redo_them():
    stream = io.StringIO()
    report = Report(1, GREEN, stream)
    assert report.tell_done_before("a.png", ["a note"]) == "done before; a note"
    told = report.summarize("results")
    line, summary = lines_of(stream)
    assert line == "[1/1] a.png: done before; a note"
    assert told.startswith("1 done before in ")
    assert summary == f"{told}; --overwrite redoes what was done before; results are in results"


def test_the_summary_says_how_to_paint_if_nothing_was_filled():
    stream = io.StringIO()
    report = Report(1, GREEN, stream)
    report.tell_unpainted("b.png")
    report.summarize("results")
    assert lines_of(stream)[-1].endswith("; paint in exactly (0, 255, 0) what is to be redrawn")


def test_the_summary_does_not_ask_for_paint_where_all_have_failed():
    stream = io.StringIO()
    report = Report(1, GREEN, stream)
    report.tell_failed("c.png", "too large")
    report.summarize("results")
    assert lines_of(stream)[-1].endswith("; the lines above say why, and what to do")


def test_only_a_failed_picture_makes_the_exit_code_one():
    report = Report(3, GREEN, io.StringIO())
    report.tell_filled("a.png", 1, 1.0)
    report.tell_unpainted("b.png")
    assert report.exit_code == 0
    report.tell_failed("c.png", "no")
    assert report.exit_code == 1


def test_a_bar_is_drawn_on_a_terminal_only():
    file, terminal = io.StringIO(), Terminal()
    for stream in (file, terminal):
        report = Report(2, GREEN, stream)
        report.show_bar()
        report.tell_unpainted("a.png")
        report.show_bar()
        report.hide_bar()
    assert "\r" not in file.getvalue()
    assert "#" * 10 + "-" * 10 + " 1 of 2, about 0 s left" in terminal.getvalue()


def test_nothing_of_the_bar_remains_beside_a_line():
    terminal = Terminal()
    report = Report(1, GREEN, terminal)
    report.show_bar()
    report.tell_unpainted("a.png")
    report.hide_bar()
    bar, blank, line = terminal.getvalue().split("\r")
    assert blank == " " * len(bar)
    assert line == "[1/1] a.png: nothing painted (0, 255, 0)\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("name", ["表紙.png", "né.png", "broken\udc80.png", "two\nlines\x1b[2J.png"])
def test_any_name_is_one_line_in_any_encoding(encoding, name):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    Report(1, GREEN, stream).tell_unpainted(name)
    line = raw.getvalue().decode(encoding)
    assert line.count("\n") == 1
    assert "\x1b" not in line
    assert line.startswith("[1/1] ")


def test_only_what_cannot_be_shown_becomes_a_question_mark():
    assert printable("né 表\n", "cp1252") == "né ??"
    assert printable("né 表", None) == "né 表"
