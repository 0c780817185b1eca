"""A limit on how much of the first page one platform fills, when others fit equally.

The list by score is gone through place by place. Once a platform holds as many of the first `PLACES` as the limit
allows, its next offering gives way to the best one of another platform whose calibrated fit is equal to its own within
the margin, if there is any; it comes up again for the next place. So platforms take turns where the ranking cannot tell
their offerings apart, and nowhere else. Both numbers belong to a version of the weights; one without them has no limit.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from matchmaker.ranking.messages import Message

PLACES = 10
MOST, MARGIN = "most_of_a_platform", "equal_fit"
TURN = Message("Has this place so that one platform does not fill the page: what fits equally takes turns.")

Item = TypeVar("Item")


def take_turns(found: Sequence[Item], fit: Callable[[Item], float], platform: Callable[[Item], str],
               limit: Mapping[str, float]) -> tuple[list[Item], set[int]]:
    """Return a list, best first, with the limit kept on its first page, and the places given by it, from 0.

    `platform` is asked of as few as possible. Without a limit the list comes back as it was.

    >>> take_turns(["a1", "a2", "b3"], lambda item: 0.9, lambda item: item[0], {MOST: 1, MARGIN: 0.01})
    (['a1', 'b3', 'a2'], {1})
    """
    if not limit:
        return list(found), set()
    left, page, given, held = list(found), list[Item](), set[int](), Counter[str]()
    while left and len(page) < PLACES:
        best, turn = left[0], 0
        if held[platform(best)] >= limit[MOST]:
            equal = (place for place, item in enumerate(left) if fit(item) >= fit(best) - limit[MARGIN]
                     and held[platform(item)] < limit[MOST])
            turn = next(equal, 0)
        if turn:
            given.add(len(page))
        item = left.pop(turn)
        held[platform(item)] += 1
        page.append(item)
    return page + left, given
