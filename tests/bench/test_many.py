import numpy as np

from bench.search import many
from matchmaker.ranking.postings import plain


def test_what_is_mapped_finds_what_a_full_scan_finds(tmp_path):
    many._build(tmp_path, 400, 5)
    held, needs = many._mapped(tmp_path)
    assert needs.shape[0] == 5
    assert np.diff(needs.indptr).tolist() == [many.WORDS] * 5
    for need, found in zip(needs, held.search_many(needs, 10), strict=True):
        scores = plain.exact(held.forward, np.arange(400), need.indices, need.data.astype(np.float64))
        assert found.texts.tolist() == np.lexsort((np.arange(400), -scores))[:10].tolist()
