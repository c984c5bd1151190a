"""What every test shares: property tests try the same examples each time, and a slow machine fails none of them."""

from hypothesis import settings

settings.register_profile("leadline", deadline=None, derandomize=True, database=None)
settings.load_profile("leadline")
