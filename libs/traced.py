"""The usual network as it was traced once, so that nothing of Keras has to be imported to draw.

traced.zip beside this file holds a graph of TensorFlow for each precision, and the network it is of; `libs.tracing`
makes it.
"""

import json
import logging
import zipfile
from pathlib import Path

import numpy as np

from libs.crops import CROPPED, draw_where_unknown
from libs.graph_session import Session, UnusableError
from libs.inpaint import Predict
from libs.unet import UnetConfig
from libs.weights_network import Folded

TRACED = Path(__file__).with_suffix(".zip")
NETWORK, GRAPH = "network.json", "{}.pb"
IMAGES, MASKS, CROPS, DRAWN = "image", "mask", "crops", "Identity"

logger = logging.getLogger("decensor")


def load_traced(weights: Folded, precision: str) -> Predict | None:
    """What `model.load_predictor` gives, the same to the last bit, in a quarter of the time; None if it cannot be.

    It is for networks of the usual shape, and for machines whose TensorFlow is found.
    """
    try:
        graph = read_graph(weights, precision)
        session = Session(graph, {name_input(name): array for name, array in weights.arrays.items()}, DRAWN)
    except UnusableError as reason:
        logger.info("the network is traced anew: %s", reason)
        return None

    def draw(images: np.ndarray, masks: np.ndarray, crops: np.ndarray) -> np.ndarray:
        return session.run({IMAGES: images, MASKS: masks, CROPS: crops})

    def predict(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        return draw_where_unknown(draw, CROPPED, images, masks)

    stride = weights.config.stride
    # The first call readies the graph; now, so that no picture's time has it.
    predict(np.zeros((1, stride, stride, 3), np.float32), np.ones((1, stride, stride, 1), np.float32))
    return predict


def read_graph(weights: Folded, precision: str) -> bytes:
    """The serialized GraphDef for a network; UnusableError if it is of another."""
    with zipfile.ZipFile(TRACED) as traced:
        if UnetConfig(**json.loads(traced.read(NETWORK))) != weights.config:
            raise UnusableError("the network is not of the usual shape")
        return traced.read(GRAPH.format(precision))


def name_input(name: str) -> str:
    """The graph's name for an array of the network."""
    return name.replace("/", ".")
