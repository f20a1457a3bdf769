"""What the processor is said to do well."""

import pytest

from libs import processor


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
def test_bfloat16_is_preferred_only_where_the_processor_has_it(monkeypatch, tmp_path, described, native):
    file = tmp_path / "cpuinfo"
    if described is not None:
        file.write_text(described)
    monkeypatch.setattr(processor, "DESCRIPTION", file)
    processor.prefers_bfloat16.cache_clear()
    assert processor.prefers_bfloat16() == native
    processor.prefers_bfloat16.cache_clear()
