"""Refer the needs of small firms in bulk, and follow each until it is closed.

>>> from matchmaker_client import Referrals
>>> with Referrals("http://127.0.0.1:8000", "mm_test_…") as referrals:  # doctest: +SKIP
...     batch = referrals.send("needs.xlsx", send_to="best")
...     for batch in referrals.watch(batch.id):
...         print(batch.done, batch.total)
...     refused = list(referrals.results(batch.id, outcome="refused"))
"""

from matchmaker_client.calls import Referrals
from matchmaker_client.documents import Batch, Lead, Match, Remark, Result
from matchmaker_client.errors import ConnectionLostError, RefusedError

__version__ = "0.1.0"
__all__ = ["Batch", "ConnectionLostError", "Lead", "Match", "Referrals", "RefusedError", "Remark", "Result"]
