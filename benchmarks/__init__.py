"""Measuring: quality and speed beside named peers, and the drawn pages they and the tests use."""

import os

# As in decensor.py, or threads of numpy's matrices take the cores from the network; read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
