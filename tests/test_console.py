"""Waiting for Enter at the end, for those who double-clicked."""

import io
import os
import sys

import pytest

from libs import console
from libs.console import wait_for_enter

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs sessions and pseudo-terminals")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def double_click(monkeypatch):
    """A standalone program in a window of its own; Enter waits in its standard input."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "stdin", Terminal("\n"))
    monkeypatch.setattr(console, "_owns_window", lambda: True)


@pytest.mark.usefixtures("double_click")
def test_a_double_clicked_program_waits_for_enter(capsys):
    wait_for_enter()
    assert capsys.readouterr().err == "Press Enter to close this window. "
    assert sys.stdin.read() == ""


@pytest.mark.usefixtures("double_click")
@pytest.mark.parametrize("reason", ["from source", "no terminal", "no input", "somebody's window"])
def test_nobody_else_is_kept_waiting(monkeypatch, capsys, reason):
    if reason == "from source":
        monkeypatch.delattr(sys, "frozen")
    if reason == "no terminal":
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    if reason == "no input":
        monkeypatch.setattr(sys, "stdin", None)
    if reason == "somebody's window":
        monkeypatch.setattr(console, "_owns_window", lambda: False)
    wait_for_enter()
    assert capsys.readouterr() == ("", "")
    assert sys.stdin is None or sys.stdin.read() == "\n"


@pytest.mark.parametrize(
    ("others", "owns"),
    [
        ([], True),  # double-clicked
        ([1], False),  # started in a console window
        (None, False),  # no console, or more processes than can be listed
    ],
)
def test_on_windows_a_window_is_owned_by_whom_nobody_shares_it_with(monkeypatch, others, owns):
    monkeypatch.setattr(sys, "platform", "win32")
    processes = [] if others is None else [os.getpid(), *others]
    monkeypatch.setattr(console, "_list_console_processes", lambda: processes)
    assert console._owns_window() == owns


@POSIX
@pytest.mark.parametrize(("leader", "owns"), [(0, True), (1, False)])
def test_elsewhere_a_window_is_owned_by_whom_it_was_opened_for(monkeypatch, leader, owns):
    monkeypatch.setattr(os, "getsid", lambda _: os.getpid() + leader)
    assert console._owns_window() == owns
