"""What the applications of a test process share, so that each test can have one of its own in a tenth of the time."""

from io import BytesIO

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Remembered(BytecodeCache):
    """Compiled templates, by their text; an environment of an application forgets its own with the application."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what an application before has compiled."""
        if held := self.compiled.get((bucket.key, bucket.checksum)):
            bucket.load_bytecode(BytesIO(held))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def share() -> None:
    """Share, from now on, compiled templates and the functions that build the addresses of routes.

    Such a function depends on what its rule says and asks the rule that it is bound to for everything else.
    """
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Remembered()}
    compile_builder, built = Rule._compile_builder, {}

    def remembered(rule, append_unknown=True):
        asked = tuple(rule._trace), tuple((rule.defaults or {}).items()), append_unknown
        if asked not in built:
            built[asked] = compile_builder(rule, append_unknown)
        return built[asked]

    Rule._compile_builder = remembered
