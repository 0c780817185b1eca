"""The pages of firms: the form, the results, and the private page on which a need is followed."""
