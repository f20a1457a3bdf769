"""The network's start."""

import sys
import weakref
from pathlib import Path

import numpy as np

from libs.network import load_network
from libs.weights_legacy import LegacyWeights

MODEL = """
try:
    import nothing_of_that_name
except ImportError as error:
    kept = error


def load_predictor(*settings):
    return settings
"""

OLDER = LegacyWeights("none", {})  # drawn by Keras


def test_what_is_kept_of_failed_imports_keeps_no_page(tmp_path, monkeypatch):
    (tmp_path / "model.py").write_text(MODEL)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "model", raising=False)

    def work_on_a_page():
        page = np.zeros((3, 3))
        return load_network(Path("model.h5"), "float32", None, OLDER), weakref.ref(page)

    try:
        loaded, page = work_on_a_page()
        assert loaded == (Path("model.h5"), "float32", None, OLDER)
        assert page() is None
    finally:
        del sys.modules["model"]  # this one; monkeypatch puts back the one that was there
