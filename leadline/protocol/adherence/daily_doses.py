"""Daily doses of the glucocorticoid, in mg of prednisone, held against a figure in mg or in mg per kg a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.protocol.adherence.readings import Span, holds
from leadline.verdicts.doses import weight_kg_at

if TYPE_CHECKING:
    from leadline.casebook.days import DaySpan
    from leadline.protocol.adherence.context import Context
    from leadline.protocol.adherence.findings import Texts
    from leadline.protocol.figures import Figure

PER_KG = "mg/kg/d"
WEIGHT = "weight"


def holds_on(limit: Figure, mg_day: Span, day: DaySpan, context: Context) -> bool | None:
    """Whether a dose known to lie in the span lies within the limits on a day; None where it cannot be told, as of a
    limit per kg where no weight is recorded near the day."""
    if limit.unit != PER_KG:
        return holds(limit, mg_day)
    weight = weight_kg_at(context.case, day, context.view.parameters)
    return None if weight is None else holds(limit, (mg_day[0] / weight, mg_day[1] / weight))


def lacking(limit: Figure, dose: str, day: DaySpan, context: Context) -> Texts:
    """What would tell: the dose, and the weight where it is needed and not recorded near the day."""
    unweighed = limit.unit == PER_KG and weight_kg_at(context.case, day, context.view.parameters) is None
    return (dose, WEIGHT) if unweighed else (dose,)
