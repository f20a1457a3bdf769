"""What the processor is said to do well."""

import pytest

from benchmarks import processor


@pytest.mark.parametrize(
    ("described", "native"),
    [
        ("processor : 0\nflags : fpu avx512f avx512_bf16 amx_tile\n", True),
        ("flags\t\t: fpu amx_bf16\n", True),
        ("flags : fpu avx2 avx512f\nbugs : avx512_bf16\n", False),
        ("flags : fpu avx512_bf16_of_another_kind\n", False),
        ("", False),
        (None, False),
    ],
)
def test_only_the_flags_of_a_processor_tell_of_bfloat16(monkeypatch, tmp_path, described, native):
    file = tmp_path / "cpuinfo"
    if described is not None:
        file.write_text(described)
    assert ask(monkeypatch, file, "linux") == native


def test_only_linux_is_asked_for_a_file_may_be_called_so_on_any_drive_of_windows(monkeypatch, tmp_path):
    file = tmp_path / "cpuinfo"
    file.write_text("flags : avx512_bf16\n")
    assert not ask(monkeypatch, file, "win32")


def ask(monkeypatch, file, system):
    """What is said on a system that describes its processor in a file."""
    monkeypatch.setattr(processor, "DESCRIPTION", file)
    monkeypatch.setattr(processor.sys, "platform", system)
    return processor.has_bfloat16()
