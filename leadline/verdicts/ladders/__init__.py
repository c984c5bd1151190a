"""Ladders: for each disease and claim the criteria that document it, strongest first."""

from leadline.verdicts.ladders import jia, mctd, sle
from leadline.verdicts.ladders.ladder import Ladder

LADDERS: dict[str, Ladder] = {"jia": jia.LADDER, "sle": sle.LADDER, "mctd": mctd.LADDER}
"""Diagnosis to its ladder."""

__all__ = ["LADDERS", "Ladder"]
