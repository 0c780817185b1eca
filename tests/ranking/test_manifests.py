import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.ranking.manifests import SEAL, sealed, unsealed

PLAIN = st.recursive(st.none() | st.booleans() | st.integers(-10**9, 10**9) | st.text(st.characters(codec="utf-8")),
                     lambda inner: st.lists(inner, max_size=3), max_leaves=5)
MANIFESTS = st.dictionaries(st.text(st.characters(codec="utf-8")).filter(lambda name: name != SEAL), PLAIN, max_size=4)


@given(MANIFESTS)
def test_what_was_sealed_comes_back(manifest):
    assert unsealed(sealed(manifest)) == manifest


@given(MANIFESTS, st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda name: name != SEAL))
def test_what_was_changed_does_not(manifest, name):
    with pytest.raises(ValueError, match="not what was written"):
        unsealed(sealed(manifest) | {name: "other than before"})


@pytest.mark.parametrize("manifest", [None, [], "text", {}, {"version": "1"}, {SEAL: "abc"}])
def test_what_was_never_sealed_is_refused(manifest):
    with pytest.raises(ValueError, match="manifest"):
        unsealed(manifest)
