"""Columns that several tables have."""

from __future__ import annotations

from leadline.report.blocks import Column

CHILD = Column("Child", "code", 0.7)
RULE = Column("Rule", width=1.3)
ASKED = Column("What is asked", width=2.2)
FOUND = Column("What is recorded", width=1.9)
OUTCOME = Column("Outcome", width=1.1)
MISSING = Column("What would document it", width=1.8)
ROWS = Column("Rows", "code", 1.2)
