"""Basket trials: a design file in; exact operating characteristics, thresholds and boundaries out."""

from leadline.trial.calibration import Calibration, Control, calibrate
from leadline.trial.describe import DesignReport, describe
from leadline.trial.design import Design
from leadline.trial.error_rates import worst_errors
from leadline.trial.operating import Trial
from leadline.trial.reading import read_design, shipped_design
from leadline.trial.scenarios import Scenario

__all__ = [
    "Calibration",
    "Control",
    "Design",
    "DesignReport",
    "Scenario",
    "Trial",
    "calibrate",
    "describe",
    "read_design",
    "shipped_design",
    "worst_errors",
]
