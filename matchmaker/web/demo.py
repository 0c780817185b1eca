"""The demo's mailbox: what would have been mailed, for everybody to read. Only the demo has these pages."""

import re
from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, current_app, render_template

from matchmaker.config import Config
from matchmaker.services import formats
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.mail import demo_mail

blueprint = Blueprint("web_demo", __name__, url_prefix="/demo")

SIGNATURE = "\n-- \n"
_ADDRESS = re.compile(r"(https?://\S+)")


@blueprint.get("/mail")
@allows(ANYBODY)
def mailbox() -> str:
    """List the mails, the newest first."""
    config = _config()
    return render_template("demo_mailbox.html", mails=demo_mail.kept_mails(config.mailbox),
                           is_sent=bool(config.smtp_url), moment=formats.moment)


@blueprint.get("/mail/<uuid:mail_id>")
@allows(ANYBODY)
def mail(mail_id: UUID) -> str:
    """Show one mail."""
    config = _config()
    found = demo_mail.kept_mail(config.mailbox, mail_id)
    body, _sign, signature = found.text.partition(SIGNATURE)
    paragraphs = [list(linked(paragraph, config.public_url)) for paragraph in body.strip().split("\n\n")]
    return render_template("demo_mail.html", mail=found, paragraphs=paragraphs, signature=signature.strip(),
                           moment=formats.moment)


def linked(text: str, public_url: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text, and whether each is an address of this service: no other becomes a link."""
    for part in _ADDRESS.split(text):
        if part:
            yield part, part.startswith(f"{public_url}/")


def _config() -> Config:
    config: Config = current_app.config["MATCHMAKER"]
    return config
