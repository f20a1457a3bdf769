"""Waiting for Enter at the end, for those who double-clicked."""

import io
import sys

import pytest

from libs import console
from libs.console import owns_console, wait_for_enter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("processes", "unpacked", "owns"),
    [
        ([7], False, True),  # double-clicked, a folder with the program in it
        ([7, 6], True, True),  # double-clicked, a single file: the parent unpacked it
        ([7, 6], False, False),  # started in a console window
        ([7, 6, 5], True, False),  # the same, a single file
        ([7, 5], True, False),
        ([], False, False),  # no console
        ([6], True, False),
    ],
)
def test_a_console_is_owned_by_whom_nobody_shares_it_with(processes, unpacked, owns):
    assert owns_console(processes, own=7, parent=6, unpacked=unpacked) == owns


@pytest.fixture
def double_click(monkeypatch):
    """A standalone program in a window of its own; Enter waits in its standard input."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "stdin", Terminal("\n"))
    monkeypatch.setattr(console, "_list_console_processes", lambda: [console.os.getpid()])


@pytest.mark.usefixtures("double_click")
def test_a_double_clicked_program_waits_for_enter(capsys):
    wait_for_enter()
    assert capsys.readouterr().err == "Press Enter to close this window. "
    assert sys.stdin.read() == ""


@pytest.mark.usefixtures("double_click")
@pytest.mark.parametrize("reason", ["from source", "no terminal", "no input", "shared console"])
def test_nobody_else_is_kept_waiting(monkeypatch, capsys, reason):
    if reason == "from source":
        monkeypatch.delattr(sys, "frozen")
    if reason == "no terminal":
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    if reason == "no input":
        monkeypatch.setattr(sys, "stdin", None)
    if reason == "shared console":
        monkeypatch.setattr(console, "_list_console_processes", lambda: [console.os.getpid(), 1])
    wait_for_enter()
    assert capsys.readouterr() == ("", "")
    assert sys.stdin is None or sys.stdin.read() == "\n"


def test_a_program_in_one_file_is_told_by_where_it_unpacked(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "decensor" / "decensor.exe"))
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "decensor" / "_internal"), raising=False)
    assert not console._unpacks_itself()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "temporary"))
    assert console._unpacks_itself()


@pytest.mark.skipif(sys.platform == "win32", reason="only there a console can be asked")
def test_only_one_system_can_be_asked():
    assert console._list_console_processes() == []
