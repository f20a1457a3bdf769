"""Makes traced.zip, which `libs.traced` reads; needed whenever the network computes in another way.

python -m libs.tracing
"""

import json
import zipfile
from dataclasses import asdict
from importlib import metadata

import keras
import numpy as np

from libs.crops import CROPPED
from libs.folding import fold_weights
from libs.traced import GRAPH, NETWORK, TRACED, name_input
from libs.unet import UnetConfig, stored_shapes
from model import build_unet

PRECISIONS = ("float32", "bfloat16")
VERSIONS = "versions.json"
ALWAYS = (1980, 1, 1, 0, 0, 0)  # the date of all that lies in the file: what is the same has the same bytes


def main() -> None:
    """Trace the usual network in every precision."""
    config = UnetConfig()
    parts = {NETWORK: json.dumps(asdict(config)).encode(), VERSIONS: json.dumps(describe_versions()).encode()}
    parts |= {GRAPH.format(precision): trace(config, precision) for precision in PRECISIONS}
    with zipfile.ZipFile(TRACED, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as traced:
        for name, content in parts.items():
            traced.writestr(zipfile.ZipInfo(name, ALWAYS), content, zipfile.ZIP_DEFLATED)


def describe_versions() -> dict[str, str]:
    """With what it is traced; others may trace the same in another way."""
    return {package: metadata.version(package) for package in ("tensorflow", "keras")}


def trace(config: UnetConfig, precision: str) -> bytes:
    """The network for inference, of `build_unet`, as a serialized GraphDef whose placeholders also are its arrays."""
    arrays = fold_weights({name: np.zeros(shape) for name, shape in stored_shapes(config).items()}, config)
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        model = build_unet(config, arrays, CROPPED)
    finally:
        keras.config.set_dtype_policy(usual)

    def draw(variables, given):
        return model.stateless_call(variables, [], given, training=False)[0]

    variables = [keras.InputSpec(shape=v.shape, dtype=v.dtype, name=name_input(v.path)) for v in model.variables]
    given = [keras.InputSpec(shape=v.shape, dtype=v.dtype, name=v.name) for v in model.inputs]
    archive = keras.export.ExportArchive()
    archive.track(model)
    traced = archive.add_endpoint("draw", draw, input_signature=[variables, given])
    return traced.get_concrete_function().graph.as_graph_def().SerializeToString(deterministic=True)


if __name__ == "__main__":
    main()
