"""One question to several hosts at once; nobody waits for the slowest twice, and Ctrl-C waits for nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from hvplan.errors import HvplanError

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(ask: Callable[[A], B], things: Sequence[A]) -> list[B | HvplanError]:
    """The answers in the order of the things; an HvplanError is an answer too, any other exception is raised."""
    if len(things) == 1:
        return [_tried(ask, things[0])]
    answers: dict[int, B | HvplanError] = {}
    broken: list[BaseException] = []

    def work(index: int) -> None:
        try:
            answers[index] = _tried(ask, things[index])
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits
            broken.append(error)

    threads = [threading.Thread(target=work, args=(index,), daemon=True) for index in range(len(things))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return [answers[index] for index in range(len(things))]


def _tried(ask: Callable[[A], B], thing: A) -> B | HvplanError:
    try:
        return ask(thing)
    except HvplanError as error:
        return error
