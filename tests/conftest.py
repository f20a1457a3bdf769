"""What tests of the command line stand on."""

import logging

import pytest
from place import Place, grey

import decensor
from libs import engine


@pytest.fixture
def place(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(decensor, "_program_folder", lambda: tmp_path)
    monkeypatch.setattr(engine, "load_network", lambda *network: grey)
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    yield Place(tmp_path, capsys)
    logging.captureWarnings(False)


@pytest.fixture
def no_patches(monkeypatch):
    """What the stand-ins for a network draw is fog beside noise; here it is to come out as it was drawn."""
    monkeypatch.setattr("libs.inpaint.clear_fog", lambda drawing, image, hole: drawing)


@pytest.fixture
def no_network(monkeypatch):
    """Fail if the network is loaded."""

    def refuse(*network):
        raise AssertionError("the network must not be loaded")

    monkeypatch.setattr(engine, "load_network", refuse)
