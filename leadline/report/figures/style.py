"""How every figure looks: one palette, one set of sizes, one grammar.

The grammar is the same in every figure and page: solid is documented, hollow is reported, hatched is not assessed.
Colour never speaks alone: what differs in colour differs in shape, shade or label too, so that grey print and
colour-blind readers lose nothing. All lengths are points (1/72 inch) at print size.
"""

from __future__ import annotations

from dataclasses import dataclass

POINTS_PER_MM = 72 / 25.4

ONE_COLUMN_MM = 85.0
TWO_COLUMNS_MM = 175.0

FONT = "DejaVu Sans"  # ships with matplotlib, has tabular numerals and every sign used here

# Text sizes; journals ask for 6 to 7 pt at least.
SMALL = 6.5
BODY = 7.0
HEADING = 8.0

# Line widths; journals ask for 0.5 pt at least.
HAIRLINE = 0.5
LINE = 0.8
RING = 1.0

# Inks, dark to light. Grey values are far enough apart to stay distinct in print without colour.
INK = "#1b1b1b"
QUIET = "#5c5c5c"
SILENT = "#8c8c8c"
RULE = "#bdbdbd"
FAINT = "#e4e4e4"
PAPER = "#ffffff"

DOCUMENTED = "#1f4e79"  # solid marks, and the outline of hollow ones
SECOND = "#7da3c7"  # a second curve of one panel, always with another symbol as well
CONTRADICTED = "#b3401f"  # always struck through as well
DRUG = "#a9b4bf"
CONFOUNDER = "#c8823a"  # always with a dagger as well
INFUSION = "#1b1b1b"

# Activity states, best to worst: one hue, light to dark, so that the order survives in grey.
STATES = ("#d6e6f2", "#9cc3de", "#4f8fbf", "#123f6b")

HATCH = "/////"


@dataclass(frozen=True, slots=True)
class Mark:
    """A symbol: a matplotlib marker and its size in points."""

    marker: str
    size: float = 6.0


CIRCLE = Mark("o", 6.5)
SQUARE = Mark("s", 5.0)
DIAMOND = Mark("D", 4.8)
UP = Mark("^", 6.5)
DOWN = Mark("v", 6.5)
LEVEL = Mark("_", 6.5)
STAR = Mark("*", 9.0)
PENTAGON = Mark("p", 6.8)
CROSS = Mark("x", 4.5)
