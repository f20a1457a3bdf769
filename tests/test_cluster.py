"""A real scheduler and two real workers on this machine."""

import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import remote
from place import GREEN

pytest.importorskip("distributed", reason="the optional requirement of --dask is not installed")

import libs
from libs import cluster, engine
from libs.cluster import Network, connect
from libs.errors import DecensorError, PictureError, UsageError, WeightsError
from libs.ledger import digest_file
from libs.network import load_same
from libs.options import __version__

ROOT = Path(__file__).parent.parent
WAIT_SECONDS = 60


class Processes:
    """A scheduler and its workers; a task that has stopped two workers is given up."""

    def __init__(self, folder: Path):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.workers = []
        options = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
        self.scheduler = self._start("scheduler", (ROOT, ROOT / "tests"), *options)

    def keep_workers(self, count: int) -> list[subprocess.Popen]:
        """So many living workers, in the order in which they were started."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < count:
            self.add_worker(ROOT, ROOT / "tests")
        return self.workers

    def add_worker(self, *path: Path) -> None:
        options = ("--host", "127.0.0.1", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0")
        options += ("--local-directory", str(self.folder), "--death-timeout", str(WAIT_SECONDS))
        self.workers.append(self._start("worker", path, self.address, *options))

    def _start(self, kind: str, path: tuple[Path, ...], *options: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        return subprocess.Popen(command, cwd=self.folder, env={**os.environ, **environment}, **quiet)

    def stop(self) -> None:
        self.stop_workers()
        self.scheduler.kill()
        self.scheduler.wait()

    def stop_workers(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.workers = []


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    running = Processes(tmp_path_factory.mktemp("cluster"))
    yield running
    running.stop()


def wait_for(condition) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def pages(place, monkeypatch):
    """Thirteen pictures: painted, unpainted, broken, and one that memory does not suffice for."""
    monkeypatch.setattr(engine, "load_network", remote.load_slow)
    rng = np.random.default_rng(3)
    for number in range(10):
        pixels = rng.integers(0, 200, (90, 70 + number, 3), dtype=np.uint8)
        pixels[20:30, 10:50] = pixels[60:80, 40:45] = GREEN
        place.put(f"page{number}.png", pixels)
    pixels[0, 0] = 255
    place.put("page11.png", pixels)
    place.put("page12.png", np.zeros((40, 30, 3), np.uint8))
    (place.inputs / "page13.png").write_text("no picture")
    return place


def tell_without_seconds(lines: list[str]) -> list[str]:
    return [re.sub(r"\d+\.\d s\b", "? s", line) for line in lines]


def read_results(place) -> dict[str, bytes]:
    return {name: (place.results / name).read_bytes() for name in place.written()}


def kill_once(worker: subprocess.Popen, place) -> threading.Thread:
    """Kill a worker when it has drawn something and there is much left to do."""

    def kill() -> None:
        wait_for(lambda: any(place.home.glob(f"models/loaded-{worker.pid}-*")) and len(place.written()) > 2)
        worker.kill()
        worker.wait()

    killer = threading.Thread(target=kill)
    killer.start()
    return killer


def test_results_lines_and_what_is_done_before_are_those_of_one_machine_though_a_worker_dies(processes, pages):
    here = pages.run("--variations", "2")
    wanted = read_results(pages)
    shutil.rmtree(pages.results)
    workers = processes.keep_workers(2)
    killer = kill_once(workers[0], pages)
    there = pages.run("--variations", "2", "--dask", processes.address)
    killer.join()
    assert len(wanted) == 20
    assert (there[0], tell_without_seconds(there[1]), there[2]) == (1, tell_without_seconds(here[1]), "")
    assert read_results(pages) == wanted
    loaded = sorted(int(path.name.split("-")[1]) for path in pages.home.glob("models/loaded-*"))
    assert loaded == sorted((os.getpid(), *(worker.pid for worker in workers)))  # each once

    (pages.results / "page4 1.png").unlink()
    _, lines, _ = pages.run("--variations", "2", "--dask", processes.address)
    assert [line.split(": ")[0] for line in lines[:10] if "done before" not in line] == ["[5/13] page4.png"]
    assert read_results(pages) == wanted
    assert sum("done before" in line for line in pages.run("--variations", "2")[1][:10]) == 10


def test_a_worker_with_other_weights_or_another_version_is_told(processes, pages, monkeypatch):
    processes.keep_workers(1)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "digest_file", lambda path: "another")
        code, _, error = pages.run("--dask", processes.address)
    assert code == 3
    weights = re.escape(str(pages.home / "models" / "model.h5"))
    assert re.search(rf"decensor: the worker on .+ has another file as {weights}; put this machine's", error)
    monkeypatch.setattr(engine, "__version__", "0.0.1")
    code, _, error = pages.run("--dask", processes.address)
    assert code == 2
    assert re.search(r"decensor: the worker on .+ has version .+ of this program, not 0\.0\.1; install", error)
    assert pages.written() == []


def test_a_worker_without_the_weights_file_is_told(tmp_path):
    with pytest.raises(WeightsError, match=r"the worker on .+ has no file that it can read as .+; put this machine's"):
        load_same(remote.load_slow, __version__, ("digest",), str(tmp_path / "model.h5"))


def test_a_worker_with_other_weights_for_mosaics_is_told(tmp_path):
    (tmp_path / "model.h5").write_bytes(b"the same")
    digests = (digest_file(tmp_path / "model.h5"), "another")
    load = functools.partial(load_same, remote.load_slow, __version__)
    with pytest.raises(WeightsError, match=r"has another file as .+mosaic\.h5; put this machine's weights file there"):
        load(digests, str(tmp_path / "model.h5"))
    load(digests[:1], str(tmp_path / "model.h5"))


def test_nothing_is_done_without_the_package_or_a_scheduler(pages, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    code, _, error = pages.run("--dask", "tcp://127.0.0.1:9")
    assert code == 2
    assert error.startswith("decensor: cannot reach a Dask scheduler at tcp://127.0.0.1:9 (")
    monkeypatch.delattr(libs, "cluster")
    monkeypatch.delitem(sys.modules, "libs.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, error = pages.run("--dask", "tcp://127.0.0.1:9")
    assert code == 2
    assert error == "decensor: --dask needs the package distributed; pip install -r requirements-dask.txt\n"
    assert pages.written() == []


def test_a_page_that_stops_its_workers_fails_and_a_cluster_without_any_is_told(processes, tmp_path, monkeypatch):
    both = processes.keep_workers(2)
    with connect(processes.address, Network(remote.load_slow, (str(tmp_path / "model.h5"),))) as linked:
        with pytest.raises(PictureError, match="the workers that drew it stopped, one after the other"):
            linked.compute(remote.die)
        wait_for(lambda: all(worker.poll() is not None for worker in both))
        monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 1)
        with pytest.raises(DecensorError, match="the Dask cluster is gone; results that were finished stay"):
            linked.compute(remote.tell_process, 0)


def test_a_scheduler_without_workers_is_told(processes, monkeypatch):
    processes.stop_workers()
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2)
    with pytest.raises(UsageError, match="has no workers; start the workers in the program's folder with"):
        connect(processes.address, Network(remote.load_slow, ())).__enter__()


def test_workers_that_do_not_find_the_program_are_told(processes):
    processes.stop_workers()
    processes.add_worker()
    with pytest.raises(
        UsageError, match=r"does not find this program \(.*No module named 'libs'.*\); start the workers"
    ):
        connect(processes.address, Network(remote.load_slow, ())).__enter__()


def test_an_address_that_is_none_is_told():
    with pytest.raises(
        UsageError, match=r"cannot reach a Dask scheduler at smoke://127.0.0.1:9 \(.+\); start one with"
    ):
        connect("smoke://127.0.0.1:9", Network(remote.load_slow, ())).__enter__()


def test_a_scheduler_that_dies_is_told(processes, tmp_path, monkeypatch):
    """The last test: the scheduler is gone afterwards."""
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 1)
    processes.stop_workers()
    processes.keep_workers(1)
    with connect(processes.address, Network(remote.load_slow, (str(tmp_path / "model.h5"),))) as linked:
        linked.compute(remote.tell_process, 0)
        killer = threading.Timer(0.3, processes.scheduler.kill)
        killer.start()
        with pytest.raises(DecensorError, match="the Dask cluster is gone; results that were finished stay"):
            linked.compute(remote.tell_process, 0, 3)
        killer.join()
