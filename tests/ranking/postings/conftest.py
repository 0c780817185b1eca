import pytest

from matchmaker.ranking.postings import index


@pytest.fixture(params=["compiled", "plain"], autouse=True)
def way(request, monkeypatch):
    """Each test is run by the compiled functions and by the plain ones."""
    if request.param == "plain":
        monkeypatch.setattr(index, "_compiled", lambda: None)
    elif index._compiled() is None:
        pytest.skip("Numba is not installed")
