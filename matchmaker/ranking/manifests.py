"""Manifests that tell when they were changed: what names a folder's files is itself under a digest."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

SEAL = "seal"


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return `manifest` with the SHA-256 of its content. It guards against damage, not against a forger."""
    return {**manifest, SEAL: _digest(manifest)}


def unsealed(manifest: Any) -> dict[str, Any]:
    """Return what `sealed` was given; raise `ValueError` when anything in it is not as it was."""
    if not isinstance(manifest, dict):
        raise ValueError("a manifest is an object")
    content = {name: value for name, value in manifest.items() if name != SEAL}
    if manifest.get(SEAL) != _digest(content):
        raise ValueError("the manifest is not what was written")
    return content


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
