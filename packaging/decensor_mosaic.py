"""Start decensor with --is_mosaic on: for those who double-click, and so cannot give options."""

import sys

import decensor

if __name__ == "__main__":
    sys.exit(decensor.main(["--is_mosaic", *sys.argv[1:]]))
