"""A real scheduler and two real workers on this machine."""

import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import remote

pytest.importorskip("distributed", reason="the optional requirement of --dask is not installed")

from libs import cluster
from libs.cluster import Network, connect
from libs.errors import DecensorError, PictureError, UsageError

ROOT = Path(__file__).parent.parent
WAIT_SECONDS = 60
ALLOWED_FAILURES = "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"


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


def give_both_work(compute) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: compute(remote.tell_process, number, 0.1), range(4)))


def test_work_goes_on_when_a_worker_dies_and_each_loads_its_network_once(processes, tmp_path):
    first, second = processes.keep_workers(2)
    with connect(processes.address, Network(remote.load_grey, (str(tmp_path),))) as linked:
        wait_for(lambda: len(list(tmp_path.iterdir())) == 2 or give_both_work(linked.compute))
        with pytest.raises(MemoryError):
            linked.compute(remote.fail)
        with ThreadPoolExecutor(4) as threads:
            told = [threads.submit(linked.compute, remote.tell_process, number, 0.2) for number in range(12)]
            wait_for(lambda: sum(future.done() for future in told) >= 3)
            first.kill()
            first.wait()
            results = [future.result(timeout=WAIT_SECONDS) for future in told]
    assert [number for _, number, _ in results] == list(range(12))
    assert all(value == 0.5 for _, _, value in results)
    assert {process for process, _, _ in results[-2:]} == {second.pid}
    assert sorted(int(path.name.split("-")[1]) for path in tmp_path.iterdir()) == sorted((first.pid, second.pid))


def test_a_page_that_stops_its_workers_fails_alone(processes, tmp_path):
    both = processes.keep_workers(2)
    with connect(processes.address, Network(remote.load_grey, (str(tmp_path),))) as linked:
        with pytest.raises(PictureError, match="the workers that drew it stopped, one after the other"):
            linked.compute(remote.die)
        wait_for(lambda: all(worker.poll() is not None for worker in both))
        processes.keep_workers(1)
        assert linked.compute(remote.tell_process, 5)[1] == 5


def test_a_cluster_that_is_gone_is_told(processes, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 1)
    processes.keep_workers(1)
    with connect(processes.address, Network(remote.load_grey, (str(tmp_path),))) as linked:
        processes.stop_workers()
        with pytest.raises(DecensorError, match="the Dask cluster is gone; results that were finished stay"):
            linked.compute(remote.tell_process, 0)


def test_a_scheduler_without_workers_is_told(processes, monkeypatch):
    processes.stop_workers()
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2)
    with pytest.raises(UsageError, match="has no workers; start the workers in the program's folder with"):
        connect(processes.address, Network(remote.load_grey, ())).__enter__()


def test_workers_that_do_not_find_the_program_are_told(processes):
    processes.stop_workers()
    processes.add_worker()
    with pytest.raises(
        UsageError, match=r"does not find this program \(.*No module named 'libs'.*\); start the workers"
    ):
        connect(processes.address, Network(remote.load_grey, ())).__enter__()


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "smoke://127.0.0.1:9"):
        with pytest.raises(UsageError, match=rf"cannot reach a Dask scheduler at {address} \(.+\); start one with"):
            connect(address, Network(remote.load_grey, ())).__enter__()


def test_a_scheduler_that_dies_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 1)
    running = Processes(tmp_path)
    running.keep_workers(1)
    try:
        with connect(running.address, Network(remote.load_grey, (str(tmp_path),))) as linked:
            linked.compute(remote.tell_process, 0)
            killer = threading.Timer(0.3, running.scheduler.kill)
            killer.start()
            with pytest.raises(DecensorError, match="the Dask cluster is gone; results that were finished stay"):
                linked.compute(remote.tell_process, 0, 3)
            killer.join()
    finally:
        running.stop()
