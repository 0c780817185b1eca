"""The demo's batch: its incubator has sent a few firms, which a worker takes in as soon as it runs."""

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Allocation
from matchmaker.services import demo_names
from matchmaker.services.referrals import keys, receiving
from matchmaker.storage.queries import referrals as queries

FILE = "demo_referrals.jsonl"
SENDER = "incubator@incubator.example"
KEY = "demo"
OPTIONS = {"dry_run": False, "send_to": None, "allocation": Allocation.BEST_EACH, "retry_of": None, "language": "zh"}


def tell(session: Session, config: Config) -> bool:
    """Let the demo's incubator send its batch, unless it has; return whether it was new. Flushes."""
    sender = demo_names.member(session, SENDER)
    if queries.batch_by_key(session, keys.home_of(sender), KEY):
        return False
    upload = receiving.keep(config.uploads, [(config.data / FILE).read_bytes()], ".ndjson")
    return receiving.receive(session, sender, upload, KEY, OPTIONS)[1]
