"""A small design for rehearsals, and how it is asked for."""

from leadline.trial.rehearsal import ask

SMALL = """\
title: Two small baskets
protocol: msc_iv_paediatric
baskets:
  - {id: jia, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.6, looks: [4, 8]}
  - {id: mctd, responder: mctd_remission_hetlevik2017, null_rate: 0.1, target_rate: 0.5, looks: [3, 6]}
borrowing: {model: power_prior, weights: {kind: cpp, a: 2, b: 2}}
efficacy: {posterior: 0.9, early: {by: posterior, cutoff: 0.98}}
futility: {by: posterior, cutoff: 0.1, above: target_rate}
harm: {event: serious event, limit_rate: 0.3, level: 0.1, expected_rate: 0.1, check: child}
"""


def small(tmp_path, text=SMALL, **asked):
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return ask(path, **{"truth": "target", **asked})
