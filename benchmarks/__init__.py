"""Measuring: quality and speed beside named peers, and the drawn pages they and the tests use."""

import os

from libs.settings import ENVIRONMENT

for name, value in ENVIRONMENT.items():  # as decensor.py does
    os.environ.setdefault(name, value)
