"""The parts of the program; see each module's first line."""
