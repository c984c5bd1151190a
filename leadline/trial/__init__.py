"""Basket trials: a design file in, exact operating characteristics, thresholds and boundaries out."""
