"""Read ahead, work, write behind: files are handled while the network works, and the order stays."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Taken = TypeVar("Taken")
Outcome = TypeVar("Outcome")


def work_through(
    items: Iterable[Item],
    read: Callable[[Item], Taken],
    work: Callable[[Item, "Future[Taken]"], Callable[[], Outcome]],
    tell: Callable[[Outcome], None],
    ahead: int,
) -> None:
    """Read every item, work on it, finish it and tell its outcome, all in the order of the items.

    `work` runs here, with what `read` gives or raises as a future, and returns what finishes the item. Up to
    `ahead` items are read and up to `ahead` finished in other threads meanwhile; `tell` is never called twice at a
    time. What anything but `read` raises ends it all, after what is being finished.
    """
    with ThreadPoolExecutor(ahead, "writer") as writers:
        told: deque[Future[None]] = deque()
        for item, reading in _read_ahead(items, read, ahead):
            finish = work(item, reading)
            while len(told) >= ahead:
                told.popleft().result()
            told.append(writers.submit(_finish, finish, tell, told[-1] if told else None))
            del finish, reading  # a large page must not outlive its turn
        for future in told:
            future.result()


def work_behind(items: Iterable[tuple], work: Callable[..., None]) -> None:
    """Do work(*item) in a thread while the next item is being made here; one at a time, in the order of the items.

    What either raises ends it all, after what is being worked on.
    """
    with ThreadPoolExecutor(1, "behind") as worker:
        last: Future[None] | None = None
        for item in items:
            if last is not None:
                last.result()
            last = worker.submit(work, *item)
        if last is not None:
            last.result()


def _read_ahead(
    items: Iterable[Item], read: Callable[[Item], Taken], ahead: int
) -> Iterator[tuple[Item, "Future[Taken]"]]:
    """Each item with what is read of it, in order; while one is worked on, the next `ahead` are being read."""
    with ThreadPoolExecutor(ahead, "reader") as readers:
        readings: deque[tuple[Item, Future[Taken]]] = deque()
        for item in items:
            readings.append((item, readers.submit(read, item)))
            if len(readings) > ahead:
                yield readings.popleft()
        while readings:
            yield readings.popleft()


def _finish(finish: Callable[[], Outcome], tell: Callable[[Outcome], None], before: "Future[None] | None") -> None:
    """Finish an item at once, but tell it only after the one before it."""
    outcome = finish()
    if before is not None:
        wait([before])
    tell(outcome)
