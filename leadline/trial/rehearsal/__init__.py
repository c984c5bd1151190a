"""Rehearsals: a design and a truth go in; whole trials on invented children are played, from charts to decisions."""

from leadline.trial.rehearsal.agreement import Agreement, agree
from leadline.trial.rehearsal.asked import Asked, ask
from leadline.trial.rehearsal.many import rehearse
from leadline.trial.rehearsal.playing import rehearse_once

__all__ = ["Agreement", "Asked", "agree", "ask", "rehearse", "rehearse_once"]
