"""What costs time at every start is left out until it is needed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What takes tens of milliseconds and more to import.
SLOW = ("tensorflow", "keras", "jax", "distributed", "numpy", "scipy", "h5py", "PIL", "importlib.metadata")


def test_help_imports_nothing_slow():
    look = f"import sys, decensor; decensor.main(['--help']); print([name for name in {SLOW!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"
