"""What others found: studies in, a pooled estimate, a prior for children and its tipping point out."""

from typing import TYPE_CHECKING

from leadline.lazily import found_in

__all__ = ["Conclusion", "pool", "prior_for_children", "read_studies", "tipping_for_children", "to_dict"]

if TYPE_CHECKING:
    from leadline.casebook.plain import to_dict
    from leadline.evidence.children import prior_for_children
    from leadline.evidence.children_tipping import tipping_for_children
    from leadline.evidence.pooling import pool
    from leadline.evidence.studies import read_studies
    from leadline.evidence.tipping import Conclusion
else:
    __getattr__ = found_in(
        __name__,
        {
            "leadline.casebook.plain": ["to_dict"],
            "leadline.evidence.children": ["prior_for_children"],
            "leadline.evidence.children_tipping": ["tipping_for_children"],
            "leadline.evidence.pooling": ["pool"],
            "leadline.evidence.studies": ["read_studies"],
            "leadline.evidence.tipping": ["Conclusion"],
        },
    )
