"""Run by both standalone programs before anything else: their modules lie in one file, so that each needs none."""

import os
import sys

import pyimod01_archive  # PyInstaller's own, in each program
import pyimod02_importers

pyimod02_importers.pyz_archive = pyimod01_archive.ZlibArchiveReader(os.path.join(sys._MEIPASS, "modules.pyz"))
# Finders keep the archive that they were made with.
sys.path_importer_cache.clear()
