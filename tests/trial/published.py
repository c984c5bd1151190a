"""The published answers of `tests/references/trial_checks.json`, by id."""

import json
from pathlib import Path

CHECKS = {
    entry["id"]: entry
    for entry in json.loads((Path(__file__).parents[1] / "references/trial_checks.json").read_text("utf-8"))
}


def ids(topic):
    return [name for name, entry in CHECKS.items() if entry["topic"].startswith(topic)]
