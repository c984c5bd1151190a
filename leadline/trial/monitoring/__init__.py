"""Monitoring: a frozen design and the charts as they are go in; where the trial stands against its rules comes out."""

from leadline.trial.monitoring.lock import Lock, check_lock, read_lock, write_lock
from leadline.trial.monitoring.monitor import Reached, monitor, reach
from leadline.trial.monitoring.plan import Plan, read_plan
from leadline.trial.monitoring.results import Monitoring

__all__ = [
    "Lock",
    "Monitoring",
    "Plan",
    "Reached",
    "check_lock",
    "monitor",
    "reach",
    "read_lock",
    "read_plan",
    "write_lock",
]
