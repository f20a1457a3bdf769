"""Measuring: quality and speed beside named peers, and the drawn pages they and the tests use."""
