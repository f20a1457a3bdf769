"""Reading ahead and writing behind."""

import random
import threading
import time
import weakref

import pytest

from libs.pipeline import work_behind, work_through


def work_on(numbers, ahead, read=lambda number: number, pause=lambda: None):
    """The outcomes as told, for work that adds 100 when it takes and 1000 when it finishes."""
    told = []

    def work(number, reading):
        taken = reading.result() + 100

        def finish():
            pause()
            return taken + 1000

        return finish

    work_through(numbers, read, work, told.append, ahead)
    return told


@pytest.mark.parametrize("ahead", [1, 2, 5, 64])
@pytest.mark.parametrize("count", [0, 1, 2, 17])
def test_everything_is_told_once_and_in_order_whatever_takes_long(ahead, count):
    rng = random.Random(count)

    def dawdle(number=0):
        time.sleep(rng.uniform(0, 0.003))
        return number

    assert work_on(range(count), ahead, dawdle, dawdle) == [number + 1100 for number in range(count)]


def test_never_two_are_told_at_a_time():
    busy = threading.Lock()

    def tell(_):
        assert busy.acquire(blocking=False)
        time.sleep(0.001)
        busy.release()

    work_through(range(20), lambda number: number, lambda number, reading: lambda: number, tell, 8)


@pytest.mark.parametrize("ahead", [1, 3])
def test_only_so_many_are_held_at_a_time(ahead):
    class Page:
        pass

    alive, most = weakref.WeakSet(), []

    def read(number):
        page = Page()
        alive.add(page)
        return page

    def work(number, reading):
        page = reading.result()
        most.append(len(alive))

        def finish():
            time.sleep(0.002)
            return page is None

        return finish

    work_through(range(30), read, work, lambda _: None, ahead)
    assert max(most) <= 2 * ahead + 2
    assert len(alive) == 0


def test_files_are_read_and_written_while_the_work_goes_on():
    """Reading of the next and finishing of the one before are waited for here: they must run meanwhile."""
    read, finished = [threading.Event() for _ in range(3)], [threading.Event() for _ in range(3)]

    def work(number, reading):
        reading.result()
        if number < 2:
            assert read[number + 1].wait(10)
        if number > 0:
            assert finished[number - 1].wait(10)
        return finished[number].set

    work_through(range(3), lambda number: read[number].set(), work, lambda _: None, 1)
    assert all(event.is_set() for event in finished)


@pytest.mark.parametrize("step", ["work", "finish", "tell"])
def test_a_bug_ends_it_all_after_what_was_begun(step):
    told = []

    def fail_at(name, number):
        if name == step and number == 2:
            raise ValueError("a bug")
        return number

    def work(number, reading):
        fail_at("work", number)
        return lambda: fail_at("finish", number)

    def tell(number):
        told.append(fail_at("tell", number))

    with pytest.raises(ValueError, match="a bug"):
        work_through(range(50), lambda number: number, work, tell, 2)
    assert told[:2] == [0, 1]
    assert len(told) < 10


def test_what_reading_raises_is_for_the_work_to_deal_with():
    def read(number):
        raise OSError(number)

    def work(number, reading):
        return lambda: type(reading.exception())

    told = []
    work_through(range(3), read, work, told.append, 2)
    assert told == [OSError] * 3


# One behind


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_work_behind_gives_its_results_in_order_whatever_takes_long(count):
    rng = random.Random(count)
    pauses = [rng.choice([0, 0.003]) for _ in range(count)]

    def work(number, square):
        time.sleep(pauses[number])
        return number, square

    items = ((number, number**2) for number in range(count))
    assert list(work_behind(items, work)) == [(number, number**2) for number in range(count)]


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_so_many_are_worked_on_while_one_is_made_and_no_more(at_once):
    made, lock = [], threading.Lock()
    busy, most = [], []
    full = threading.Barrier(at_once)

    def make():
        for number in range(2 * at_once):
            made.append(number)
            yield (number,)

    def work(number):
        with lock:
            busy.append(number)
            most.append(len(busy))
        full.wait(5)
        assert len(made) <= number + at_once + 1
        with lock:
            busy.remove(number)
        return number

    assert list(work_behind(make(), work, at_once)) == list(range(2 * at_once))
    assert max(most) == at_once


def test_what_making_or_working_raises_ends_it_all():
    def work(number):
        if number == 2:
            raise ValueError("two")
        return number

    done = []
    with pytest.raises(ValueError, match="two"):
        done.extend(work_behind(((number,) for number in range(9)), work))
    assert done == [0, 1]
    with pytest.raises(ZeroDivisionError):
        done.extend(work_behind(((1 // number,) for number in (1, 0, 1)), work))
