"""Simulated months of leads, without bias or with one planted, for the alerts to look at."""

from collections.abc import Callable

import numpy as np

from matchmaker.services.fairness import alerting, parity, testing

FIRMS = 600
PROVINCES = 20
LOOKS = (37, 44, 51, 60)
"""Days of the looks; leads come from the first day to the sixtieth."""
SHARES = np.array([1 / (number + 1.5) for number in range(PROVINCES)])
SHARES /= SHARES.sum()
SPEEDS = np.array([20.0, 30, 50, 24, 70, 10, 40, 40])
"""Hours to an answer, by platform: they differ, and so do they in how much they accept."""
ACCEPTING = np.array([0.7, 0.5, 0.6, 0.4, 0.3, 0.8, 0.5, 0.6])
DAY = 24

At = Callable[[int, int], parity.Leads]


def month(rng: np.random.Generator, *, province: int | None = None, slower: float = 1.0, declined: float = 0.0) -> At:
    """Return what a look on a day sees of the leads of so many days before it.

    Firms differ by themselves, and larger ones ask more. With `province` its firms wait `slower` times as long, or are
    accepted at odds lower by a factor of exp(`declined`).
    """
    provinces, sizes = rng.choice(PROVINCES, FIRMS, p=SHARES), rng.choice(4, FIRMS, p=[0.45, 0.35, 0.15, 0.05])
    firms = np.repeat(np.arange(FIRMS), 1 + rng.poisson(np.where(sizes == 2, 3.0, 0.8)))
    mood, n = rng.normal(0, 0.8, FIRMS)[firms], len(firms)
    platforms, came = rng.choice(8, n, p=[0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05]), rng.random(n) * LOOKS[-1]
    is_biased = (provinces == province)[firms] if province is not None else np.zeros(n, bool)
    hours = rng.gamma(1.2, SPEEDS[platforms] * np.exp(-0.3 * mood)) * np.where(is_biased, slower, 1)
    odds = np.log(ACCEPTING / (1 - ACCEPTING))[platforms] + mood - np.where(is_biased, declined, 0)
    accepted = rng.random(n) < 1 / (1 + np.exp(-odds))
    decided = hours + rng.exponential(2 * DAY, n)
    ended, completed = decided + rng.exponential(10 * DAY, n), rng.random(n) < 0.85
    sorts = _sorts(rng, provinces, sizes, firms)

    def at(day: int, days: int) -> parity.Leads:
        keep, age = (came < day) & (came >= day - days), (day - came) * DAY
        is_answered = hours <= age
        outcomes = (np.where(decided <= age, accepted, np.nan), np.where((ended <= age) & accepted, completed, np.nan))
        return parity.Leads(firms[keep], platforms[keep], {name: column[keep] for name, column in sorts.items()},
                            np.where(is_answered, hours, age)[keep], is_answered[keep], *(one[keep] for one in outcomes))

    return at


def alarms(at: At) -> list[testing.Tested]:
    """Return what the looks of a month raise."""
    return [tested for day in LOOKS for tested in testing.judge_all(
        {outcome: at(day, days) for outcome, days in alerting.DAYS.items()}, parity.DIMENSIONS) if tested.is_alarming]


def _sorts(rng: np.random.Generator, provinces: np.ndarray, sizes: np.ndarray, firms: np.ndarray) -> dict[str, np.ndarray]:
    """Return the groups of each lead; one firm in ten does not state its size, and some leads are passed on."""
    size = np.array(["micro", "small", "medium", "large"], object)[sizes]
    size[rng.random(FIRMS) < 0.1] = None
    channel = np.where(rng.random(FIRMS) < 0.35, "referral", "form").astype(object)[firms]
    channel[rng.random(len(firms)) < 0.05] = "reroute"
    is_one = ((sizes == 0) & (rng.random(FIRMS) < 0.5)).astype(object)
    language = np.array(["zh", "en"], object)[(rng.random(FIRMS) < 0.15).astype(int)]
    return {"size": size[firms], "province": np.array([f"{number}" for number in range(PROVINCES)], object)[provinces][firms],
            "one_person": is_one[firms], "channel": channel, "language": language[firms]}
