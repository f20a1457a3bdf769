"""What PyInstaller collects of TensorFlow: what its import statements lead to, and what it loads by name.

In place of the usual hook, which imports every package of TensorFlow and of Keras, for all engines, to list them: that
takes minutes, makes the programs larger, and ends the build under Wine.
"""

import importlib.util
from pathlib import Path

FOLDER = Path(importlib.util.find_spec("tensorflow").origin).parent
OPERATIONS = "lite/experimental/microfrontend/python/ops"

binaries = [(str(FOLDER / OPERATIONS / "_audio_microfrontend_op.so"), f"tensorflow/{OPERATIONS}")]
hiddenimports = [
    "tensorflow.compiler.tf2tensorrt.ops.gen_trt_ops",
    "tensorflow.lite.python._pywrap_analyzer_wrapper",
    "tensorflow.lite.python._pywrap_tensorflow_interpreter_wrapper",
    "tensorflow.lite.python._pywrap_tensorflow_lite_metrics_wrapper",
    "tensorflow.python.data.ops.shuffle_op",
    "tensorflow.python.keras.callbacks_v1",
    "tensorflow.python.keras.engine.base_layer_v1",
]
# Else TensorFlow warns that these have no source code.
module_collection_mode = {"tensorflow.python.autograph": "py+pyz"}
# Linux: links to them from the folder above would confuse TensorFlow about where it is.
bindepend_symlink_suppression = ["**/libtensorflow_cc.so*", "**/libtensorflow_framework.so*"]
