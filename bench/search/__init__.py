"""The search index beside its peers, on synthetic catalogues, one table a module."""
