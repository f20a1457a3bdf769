"""Read ahead, work, write behind: files are handled while the network works, and the order stays."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Taken = TypeVar("Taken")
Outcome = TypeVar("Outcome")
Result = TypeVar("Result")


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


def work_behind(items: Iterable[tuple], work: Callable[..., Result], at_once: int = 2) -> Iterator[Result]:
    """The results of work(*item), in the order of the items; up to so many are worked on while one is being made here.

    What making or working raises ends it all, after what is being worked on.
    """
    with ThreadPoolExecutor(at_once, "behind") as workers:
        going: deque[Future[Result]] = deque()
        for item in items:
            if len(going) == at_once:
                yield going.popleft().result()
            going.append(workers.submit(work, *item))
        while going:
            yield going.popleft().result()


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
