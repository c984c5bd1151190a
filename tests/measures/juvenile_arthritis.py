"""Inputs that several tests of juvenile arthritis share."""

from typing import Any

CORE_SET = (
    "physician_global_0_10",
    "parent_global_0_10",
    "chaq_di",
    "active_joint_count",
    "limited_joint_count",
    "esr_mm_h",
)


def two_visits(
    baseline: tuple[float | None, ...], current: tuple[float | None, ...], **more: Any
) -> dict[str, Any]:
    """Physician, parent, CHAQ, active joints, limited joints, ESR at two visits."""
    return {
        "baseline": dict(zip(CORE_SET, baseline, strict=True)),
        "current": dict(zip(CORE_SET, current, strict=True)),
        **more,
    }


INACTIVE = {
    "ilar_category": "poly_rf_neg",
    "active_joint_count": 0,
    "systemic_features_present": False,
    "active_uveitis": False,
    "esr_mm_h": 8,
    "esr_uln": 15,
    "physician_global": 0,
    "morning_stiffness_min": 10,
}
"""A child in whom every part of clinical inactive disease holds."""
