"""Read and check the recorded facts of children: files go in, a `Casebook` of typed tables and `Case`s comes out."""

from leadline.casebook.casebook import Casebook, Checked, check_casebook, read_casebook
from leadline.casebook.text import safe_cell

__all__ = ["Casebook", "Checked", "check_casebook", "read_casebook", "safe_cell"]
