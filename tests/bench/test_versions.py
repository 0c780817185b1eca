from bench import versions


class Fixed:
    """A version that takes as long as it is told, and answers with its name."""

    def __init__(self, milliseconds, name="same"):
        self.milliseconds, self.name, self.turns = milliseconds, name, []

    def match(self, needs):
        self.turns.append(len(needs))
        return [([self.milliseconds, self.milliseconds / 2], f"{self.name} {need}") for need in needs]


def test_versions_take_turns_and_the_first_round_warms_up():
    one, other = Fixed(4.0), Fixed(8.0)
    found = versions.compare([one, other], list(range(5)), turn=2, rounds=2)
    assert one.turns == other.turns == [2, 2, 1] * 3
    assert found == {"needs": 5, "ms": 3.0, "other_ms": 6.0, "best_ms": 2.0, "other_best_ms": 4.0, "ratio": 0.5,
                     "answers_differ": 0}


def test_answers_that_differ_are_counted_once_a_need():
    found = versions.compare([Fixed(1.0), Fixed(1.0, "other")], list(range(3)), turn=2, rounds=2)
    assert found["answers_differ"] == 3
