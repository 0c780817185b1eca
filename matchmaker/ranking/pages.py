"""What moves offerings on the first page: a limit for platforms, and a place for what is shown too little.

A limit on how much of the first page one platform fills, when others fit equally:

The list by score is gone through place by place. Once a platform holds as many of the first `PLACES` as the limit
allows, its next offering gives way to the best one of another platform whose calibrated fit is equal to its own within
the margin, if there is any; it comes up again for the next place. So platforms take turns where the ranking cannot tell
their offerings apart, and nowhere else. Both numbers belong to a version of the weights; one without them has no limit.

One place for an offering that is shown too little: of those that fit and come after that place, the one with the least
exposure for its chances is put there, if that is less than a stated part of what is usual. The places before it stay as
they are; those between it and where it stood move down by one. Place and part belong to a version of the weights too.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from matchmaker.ranking.messages import Message

PLACES = 10
MOST, MARGIN = "most_of_a_platform", "equal_fit"
PLACE, BELOW = "exploration_place", "exploration_below"
TURN = Message("Has this place so that one platform does not fill the page: what fits equally takes turns.")
TOO_LITTLE = 0.5
"""Under so much of the usual exposure for its chances an offering counts as shown too little."""
EXPLORED = Message("Has this place because it fits and is shown too little: one place of the page is kept for that.")

Item = TypeVar("Item")


def take_turns(found: Sequence[Item], fit: Callable[[Item], float], platform: Callable[[Item], str],
               limit: Mapping[str, float]) -> tuple[list[Item], set[int]]:
    """Return a list, best first, with the limit kept on its first page, and the places given by it, from 0.

    `platform` is asked of as few as possible. Without a limit the list comes back as it was.

    >>> take_turns(["a1", "a2", "b3"], lambda item: 0.9, lambda item: item[0], {MOST: 1, MARGIN: 0.01})
    (['a1', 'b3', 'a2'], {1})
    """
    if MOST not in limit:
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


def explore(found: Sequence[Item], fits: Callable[[Item], bool], exposure: Callable[[Item], float],
            rule: Mapping[str, float]) -> tuple[list[Item], int | None]:
    """Return a list, best first, with the place for what is shown too little filled, and that place, from 0.

    `exposure` says how much of what is usual for its chances an offering was shown, 1 being the usual. Of several that
    were shown equally little the first goes there. Where no place is kept, or nothing is to be put there, the list
    comes back as it was, and None.

    >>> page = list("abcdefghijklm")
    >>> explored, place = explore(page, str.isalpha, lambda item: 0.1 if item in "lm" else 1.0, {PLACE: 5, BELOW: 0.5})
    >>> "".join(explored), place
    ('abcdlefghijkm', 4)
    """
    listed = list(found)
    if PLACE not in rule:
        return listed, None
    place = int(rule[PLACE]) - 1
    lacking = [(exposure(item), later) for later, item in enumerate(listed)
               if later > place and fits(item) and exposure(item) < rule[BELOW]]
    if not lacking:
        return listed, None
    listed.insert(place, listed.pop(min(lacking)[1]))
    return listed, place
