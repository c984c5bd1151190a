"""Designs that people compare with: one basket at a time, published, exact."""
