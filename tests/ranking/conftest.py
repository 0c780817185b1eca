from hypothesis import settings

# Time is measured elsewhere: a busy machine must not fail a test of meaning.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
