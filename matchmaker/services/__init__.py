"""What the product does: one function a use case. All changes are made by these, so here they begin to be told."""

from matchmaker import jobs
from matchmaker.services.webhooks import emitting
from matchmaker.storage import Sessions

emitting.attach(Sessions)
jobs.at_end("refer", emitting.batch_ended)
