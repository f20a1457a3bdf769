"""TensorFlow's C library: what it computes, and how its errors come out."""

import gc
import importlib.machinery
import importlib.util
import zipfile

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from libs import graph_session
from libs.crops import CROPPED, plan_crops
from libs.folding import fold_weights
from libs.graph_session import Session, UnusableError, open_library, round_to_bfloat16
from libs.traced import TRACED, name_input
from libs.unet import UnetConfig, stored_shapes

SIDE = 128


@pytest.fixture(scope="module")
def graph() -> bytes:
    with zipfile.ZipFile(TRACED) as traced:
        return traced.read("float32.pb")


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    """An untrained network's: it draws nothing."""
    config = UnetConfig()
    zeros = {name: np.zeros(shape, np.float32) for name, shape in stored_shapes(config).items()}
    return {name_input(name): array for name, array in fold_weights(zeros, config).items()}


def make_inputs(mask: float = 1.0) -> dict[str, np.ndarray]:
    crops = plan_crops((0, 0, SIDE, SIDE), (SIDE, SIDE), CROPPED)
    image = np.random.default_rng(3).random((1, SIDE, SIDE, 3), np.float32)
    return {"image": image, "mask": np.full((1, SIDE, SIDE, 1), mask, np.float32), "crops": crops}


@pytest.fixture
def without_cache():
    """The library is looked for anew, and once more afterwards."""
    open_library.cache_clear()
    yield
    open_library.cache_clear()


def test_a_network_that_draws_nothing_gives_back_what_is_known(graph, arrays):
    session, given = Session(graph, arrays, "Identity"), make_inputs()
    for _ in range(3):
        assert_array_equal(session.run(given), given["image"])


def test_arrays_in_any_order_of_memory_are_taken(graph, arrays):
    session, given = Session(graph, arrays, "Identity"), make_inputs()
    turned = {**given, "image": np.asfortranarray(given["image"])}
    assert_array_equal(session.run(turned), session.run(given))


def test_results_stay_when_their_session_is_gone(graph, arrays):
    session, given = Session(graph, arrays, "Identity"), make_inputs()
    drawn = session.run(given)
    del session
    gc.collect()
    assert_array_equal(drawn, given["image"])


def test_numbers_are_rounded_to_bfloat16_as_tensorflow_does_it():
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    rng = np.random.default_rng(1)
    numbers = (rng.standard_normal((50, 40)) * 10.0 ** rng.integers(-30, 30, (50, 40))).astype(np.float32)
    halves = (rng.integers(0, 0x7F7F, (50, 40), dtype=np.uint32) << 16 | 0x8000).view(np.float32)
    for array in (numbers, halves, -halves, np.zeros((3, 0), np.float32), numbers.T):
        assert_array_equal(round_to_bfloat16(array), array.astype(bfloat16).view(np.uint16))


def test_what_is_no_graph_cannot_be_used(arrays):
    with pytest.raises(UnusableError, match="Invalid GraphDef"):
        Session(b"no graph", arrays, "Identity")


def test_names_that_the_graph_does_not_have_are_told(graph, arrays):
    with pytest.raises(UnusableError, match="no operation nowhere"):
        Session(graph, arrays, "nowhere")
    with pytest.raises(UnusableError, match="no operation surplus"):
        Session(graph, {**arrays, "surplus": np.zeros(1, np.float32)}, "Identity")


def test_an_error_of_the_library_is_told_in_its_words(graph, arrays):
    session = Session(graph, arrays, "Identity")
    given = make_inputs()
    del given["mask"]
    with pytest.raises(RuntimeError, match="mask"):
        session.run(given)


def test_lack_of_memory_is_a_memory_error(graph, arrays, monkeypatch):
    session, given = Session(graph, arrays, "Identity"), make_inputs()
    monkeypatch.setattr(open_library(), "TF_GetCode", lambda status: graph_session.RESOURCE_EXHAUSTED)
    with pytest.raises(MemoryError):
        session.run(given)
    monkeypatch.undo()
    monkeypatch.setattr(open_library(), "TF_AllocateTensor", lambda *sizes: None)
    with pytest.raises(MemoryError, match="196608 bytes"):
        session.run(given)
    monkeypatch.undo()
    assert_array_equal(session.run(given), given["image"])


@pytest.mark.usefixtures("without_cache")
def test_without_tensorflow_there_is_no_library(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnusableError, match="no package tensorflow"):
        open_library()


@pytest.mark.usefixtures("without_cache")
@pytest.mark.parametrize("content", [None, b"damaged"])
@pytest.mark.parametrize("system", graph_session.LIBRARIES)
def test_a_library_that_cannot_be_opened_is_told(system, content, tmp_path, monkeypatch):
    package = importlib.machinery.ModuleSpec("tensorflow", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: package)
    monkeypatch.setattr(graph_session.sys, "platform", system)
    library = tmp_path / graph_session.LIBRARIES[system]
    if content:
        library.parent.mkdir(exist_ok=True)
        library.write_bytes(content)
    with pytest.raises(UnusableError, match=library.name):
        open_library()


@pytest.mark.usefixtures("without_cache")
def test_a_library_that_lacks_a_function_is_told(monkeypatch):
    monkeypatch.setitem(graph_session.FUNCTIONS, "TF_FromTheFuture", (None,))
    with pytest.raises(UnusableError, match="TF_FromTheFuture"):
        open_library()


@pytest.mark.usefixtures("without_cache")
def test_on_an_unknown_system_there_is_no_library(monkeypatch):
    monkeypatch.setattr(graph_session.sys, "platform", "plan9")
    with pytest.raises(UnusableError, match="plan9"):
        open_library()
