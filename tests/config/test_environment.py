"""Runners inherit what is on the list, and no secret."""

import pytest

from config import environment

PASSED = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES"]
KEPT = ["HEARTH_BOOTSTRAP_TOKEN", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "PYTHONPATH", "LD_PRELOAD"]


@pytest.mark.parametrize("name", PASSED)
def test_a_variable_on_the_list_is_passed_on(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv(name, "value")

    assert environment.passed_on()[name] == "value"


@pytest.mark.parametrize("name", KEPT)
def test_any_other_variable_stays_behind(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv(name, "value")

    assert name not in environment.passed_on()


@pytest.mark.parametrize(("given", "passed"), [(None, "1"), ("0", "0")], ids=["unsaid", "said"])
def test_hubs_are_not_asked_unless_the_operator_says_so(
    monkeypatch: pytest.MonkeyPatch, given: str | None, passed: str
):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    if given:
        monkeypatch.setenv("HF_HUB_OFFLINE", given)

    assert environment.passed_on()["HF_HUB_OFFLINE"] == passed
