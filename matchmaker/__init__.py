"""Match the needs of small firms with the resources that large platforms open."""

__version__ = "0.1.0"
