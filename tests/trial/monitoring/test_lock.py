"""The lock: the same bytes, never over another in silence, and every change of it or of the design told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from leadline.errors import DesignInvalid, LockDiffers, LockInvalid, OutputExists
from leadline.trial import shipped_design
from leadline.trial.monitoring import check_lock, read_lock, read_plan, write_lock
from leadline.trial.monitoring.lock import differences
from leadline.trial.monitoring.plan import join


@pytest.fixture(scope="module")
def plan():
    return read_plan(shipped_design("msc_basket"))


def changed_design(tmp_path, old, new):
    text = shipped_design("msc_basket").read_text("utf-8")
    assert old in text
    path = tmp_path / "changed.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_two_locks_of_one_plan_are_the_same_bytes(tmp_path, plan):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    assert write_lock(plan, one) == write_lock(plan, other)
    assert one.read_bytes() == other.read_bytes()
    check_lock(read_lock(one), plan, name="one.json")


def test_a_lock_holds_after_how_long_a_break_a_drug_is_begun_anew(tmp_path, plan):
    path = tmp_path / "lock.json"
    longer = replace(plan, parameters=replace(plan.parameters, drug_break_days=45))
    write_lock(plan, path)
    with pytest.raises(LockDiffers, match=r"rules\.parameters\.drug_break_days: frozen 30, found 45"):
        check_lock(read_lock(path), longer, name="lock.json")


def test_a_lock_is_not_written_over_in_silence(tmp_path, plan):
    path = tmp_path / "lock.json"
    path.write_text("the board's own", encoding="utf-8")
    with pytest.raises(OutputExists):
        write_lock(plan, path)
    assert path.read_text("utf-8") == "the board's own"
    assert [one.name for one in tmp_path.iterdir()] == ["lock.json"]
    write_lock(plan, path, replace=True)
    assert read_lock(path).sha256


def test_nothing_is_left_where_the_folder_does_not_exist(tmp_path, plan):
    with pytest.raises(OutputExists):
        write_lock(plan, tmp_path / "nowhere" / "lock.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("section", "edit"),
    [
        ("design", lambda lock: lock["design"]["baskets"][0].update(null_rate=0.1)),
        ("protocol", lambda lock: lock["protocol"].update(version="1.1")),
        ("rules", lambda lock: lock["rules"].update(criteria=["sri4"])),
        ("decisions", lambda lock: lock["decisions"]["harm_events"].__setitem__(0, 5)),
        ("the hashes, the version or the title", lambda lock: lock.update(leadline="9.9")),
        ("design", lambda lock: lock["hashes"].update(design="0" * 64)),
        ("the hashes", lambda lock: lock.update(hashes=None)),
    ],
)
def test_an_edited_lock_is_refused_and_the_part_is_named(tmp_path, plan, section, edit):
    path = tmp_path / "lock.json"
    write_lock(plan, path)
    lock = json.loads(path.read_text("utf-8"))
    edit(lock)
    path.write_text(json.dumps(lock), encoding="utf-8")
    with pytest.raises(LockInvalid, match=section):
        read_lock(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"lock": "leadline trial", "format": 99}'])
def test_what_is_no_lock_is_refused(tmp_path, text):
    path = tmp_path / "lock.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LockInvalid):
        read_lock(path)


def test_another_design_is_refused_and_what_differs_is_said(tmp_path, plan):
    path = tmp_path / "lock.json"
    write_lock(plan, path)
    other = read_plan(changed_design(tmp_path, "null_rate: 0.20", "null_rate: 0.25"))
    with pytest.raises(LockDiffers) as refused:
        check_lock(read_lock(path), other, name="lock.json")
    assert "design.baskets[0].null_rate: frozen 0.2, found 0.25" in refused.value.message


def test_another_boundary_is_told_as_what_it_decides(tmp_path, plan):
    path = tmp_path / "lock.json"
    write_lock(plan, path)
    other = read_plan(changed_design(tmp_path, "limit_rate: 0.2,", "limit_rate: 0.3,"))
    with pytest.raises(LockDiffers) as refused:
        check_lock(read_lock(path), other, name="lock.json")
    assert "design.harm.limit_rate: frozen 0.2, found 0.3" in refused.value.message
    assert "decisions.harm_events" in refused.value.message


def test_another_protocol_is_refused(tmp_path, plan):
    from leadline.protocol import shipped_protocol

    path = tmp_path / "lock.json"
    write_lock(plan, path)
    text = shipped_protocol("msc_iv_paediatric").read_text("utf-8")
    assert 'version: "1.0"' in text
    (tmp_path / "mine.yaml").write_text(text.replace('version: "1.0"', 'version: "1.1"', 1), encoding="utf-8")
    design = changed_design(tmp_path, "protocol: msc_iv_paediatric", "protocol: mine.yaml")
    with pytest.raises(LockDiffers, match=r'protocol.version: frozen "1.0", found "1.1"'):
        check_lock(read_lock(path), read_plan(design), name="lock.json")


def test_a_design_without_a_protocol_cannot_be_frozen(tmp_path):
    with pytest.raises(DesignInvalid, match="no key 'protocol'"):
        read_plan(changed_design(tmp_path, "protocol: msc_iv_paediatric\n", ""))


def test_a_basket_without_an_estimand_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(DesignInvalid, match=r"acr_pedi\.acr50.*no primary estimand.*acr_pedi\.acr70"):
        read_plan(changed_design(tmp_path, "responder: acr_pedi.acr70", "responder: acr_pedi.acr50"))


def test_two_baskets_of_one_diagnosis_are_refused(plan):
    again = replace(plan.design.baskets[0], id="again")
    with pytest.raises(DesignInvalid, match="one basket for each diagnosis"):
        join(replace(plan.design, baskets=(*plan.design.baskets, again)), plan.protocol)


def test_differences_name_the_place():
    frozen, found = {"a": [1, {"b": 2}], "c": None}, {"a": [1, {"b": 3}], "d": 4}
    assert list(differences(frozen, found)) == [".a[1].b: frozen 2, found 3", ".d: frozen nothing, found 4"]
