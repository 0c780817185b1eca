"""Every SELECT of the product by name, one module a thing; services call these and never select for themselves."""
