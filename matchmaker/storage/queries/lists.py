"""What is asked of openness lists."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from matchmaker.domain import OpennessList
from matchmaker.storage import Session


def lists_in_batches(session: Session) -> Sequence[OpennessList]:
    """Return the lists that were published in a batch, with their platforms, in the order of batches."""
    query = select(OpennessList).join(OpennessList.platform).options(contains_eager(OpennessList.platform))
    return session.scalars(query.where(OpennessList.batch.is_not(None))
                           .order_by(OpennessList.batch, OpennessList.id)).all()
