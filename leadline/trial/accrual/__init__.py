"""Random accrual: how children may come in; what the design then does, exact for each course and averaged, out."""

from leadline.trial.accrual.arrivals import Arrivals, Courses, draw_arrivals, planned_arrivals
from leadline.trial.accrual.averaged import OnAccrual, RandomAccrual, on_arrivals, random_accrual

__all__ = [
    "Arrivals",
    "Courses",
    "OnAccrual",
    "RandomAccrual",
    "draw_arrivals",
    "on_arrivals",
    "planned_arrivals",
    "random_accrual",
]
