"""Figures: findings in, journal figures with their data, caption and text alternative out; no arithmetic but layout."""
