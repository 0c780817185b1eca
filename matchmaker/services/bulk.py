"""Many needs at once: they go in small portions to processes that share the mapped index, and come back in order.

A match is computed in Python for the most part, by one thread at a time, so it is processes that use all cores. They
are forked when the index is mapped, so they share it. What is read ahead is bounded, and so is memory, however many
needs there are.
"""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

from matchmaker.errors import Unavailable

AT_ONCE = 16
"""So many needs go to a process at once: a few tenths of a second of work."""
AHEAD = 3
"""So many portions a process are read before the first of them has to be back."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

_answer: Callable[[Any], Any] | None = None


def answers(needs: Iterable[Asked], answer: Callable[[Asked], Answer], processes: int) -> Iterator[Answer]:
    """Yield what `answer` returns for each need, in their order, by so many processes; a few are done in this one.

    `answer` has all that it needs from before: the processes are forked. What it returns is pickled. Raise
    `Unavailable` when one of the processes is killed.
    """
    rest = iter(needs)
    first, second = list(islice(rest, AT_ONCE)), list(islice(rest, AT_ONCE))
    if processes == 1 or not second:
        for portion in (first, second, rest):
            yield from map(answer, portion)
        return
    # What is alive now stays: a collection that touched it would copy its pages for each process.
    gc.freeze()
    portions = iter(lambda: list(islice(rest, AT_ONCE)), [])
    with ProcessPoolExecutor(processes, get_context("fork"), _remember, (answer,)) as pool:
        sent: deque[Future[list[Answer]]] = deque(pool.submit(_answered, portion) for portion in (first, second))
        try:
            for portion in portions:
                sent.append(pool.submit(_answered, portion))
                if len(sent) >= AHEAD * processes:
                    yield from sent.popleft().result()
            while sent:
                yield from sent.popleft().result()
        except BrokenProcessPool as error:
            raise Unavailable("A process that matched needs was killed. Is there memory for %(processes)s of them?",
                              processes=processes) from error
        finally:
            gc.unfreeze()
            pool.shutdown(cancel_futures=True)


def _remember(answer: Callable[[Any], Any]) -> None:
    global _answer
    _answer = answer


def _answered(needs: list[Any]) -> list[Any]:
    assert _answer is not None
    return [_answer(need) for need in needs]
