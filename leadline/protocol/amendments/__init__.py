"""Amendments: two versions of a protocol go in; out comes what changes, in words, and which children it touches."""

from leadline.protocol.amendments.amendment import Amendment, Meaning
from leadline.protocol.amendments.children import Touched, TouchedChild, touched_children
from leadline.protocol.amendments.comparing import compare_protocols

__all__ = ["Amendment", "Meaning", "Touched", "TouchedChild", "compare_protocols", "touched_children"]
