"""What others found: studies in, a pooled estimate, a prior for children and its tipping point out."""

from leadline.casebook.plain import to_dict
from leadline.evidence.children import prior_for_children
from leadline.evidence.children_tipping import tipping_for_children
from leadline.evidence.pooling import pool
from leadline.evidence.studies import read_studies
from leadline.evidence.tipping import Conclusion

__all__ = ["Conclusion", "pool", "prior_for_children", "read_studies", "tipping_for_children", "to_dict"]
