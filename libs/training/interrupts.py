"""Being stopped politely: Ctrl-C, `kill`, a closed terminal, each heard between two steps."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

POLITE = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


@contextmanager
def interrupts_between_steps() -> Iterator[Event]:
    """An event that the first polite signal sets, so that no step is torn apart (JAX would lose its arrays meanwhile).

    The second of a kind does as usual. What is ignored stays ignored, as a closed terminal is under `nohup`.
    """
    stop = Event()

    def ask(number: int, frame: object) -> None:
        stop.set()
        signal.signal(number, usual[number])

    usual = {number: signal.getsignal(number) for number in POLITE}
    heard = [number for number, handler in usual.items() if handler not in (signal.SIG_IGN, None)]
    try:
        for number in heard:
            signal.signal(number, ask)
        yield stop
    finally:
        for number in heard:
            signal.signal(number, usual[number])
