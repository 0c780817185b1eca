"""Reading of tables that other people made: CSV, XLSX, JSON, JSONL. Knows nothing of the product."""

from matchmaker.tabular.reading import Table, open_table, read
from matchmaker.tabular.rows import Fault, Limits, Row

__all__ = ["Fault", "Limits", "Row", "Table", "open_table", "read"]
