"""What is said of many objects is said once, and options can be typed as they stand."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from hvplan.report.alike import MOST, Said, grouped, typed


def _said(count: int) -> list[Said]:
    return [Said(name=f"vm/a{n}", text="is taken over", flag=f"--adopt=vm/a{n}") for n in range(count)]


def test_a_few_stand_alone_and_many_together() -> None:
    """Up to a handful each has a line with its own option; more share one, and what says something else stays apart."""
    other = Said(name="vm/b", text="is stopped", flag="--allow-restart=vm/b")
    assert [len(group) for group in grouped([*_said(MOST), other])] == [1] * (MOST + 1)
    assert [group[0].name for group in grouped([_said(1)[0], other, _said(2)[1]])] == ["vm/a0", "vm/b", "vm/a1"]
    groups = list(grouped([*_said(MOST + 1), other]))
    assert [len(group) for group in groups] == [MOST + 1, 1]
    assert groups[0][0].option == "--adopt"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1))
def test_a_shell_reads_the_option_as_it_was_meant(name: str) -> None:
    """Whatever a machine is called: the option is one word to a shell."""
    assert shlex.split(typed(f"--adopt=vm/{name}")) == [f"--adopt=vm/{name}"]
    assert shlex.split(typed(f"--exclude vm/{name}")) == ["--exclude", f"vm/{name}"]


def test_plain_names_are_left_alone() -> None:
    """No quotes where none are needed; double ones, which every shell has, before single ones."""
    assert typed("--adopt=vm/web01") == "--adopt=vm/web01"
    assert typed("--skip-refused") == "--skip-refused"
    assert typed("--max-deletes 3") == "--max-deletes 3"
    assert typed("--adopt=switch/DMZ (old)") == '--adopt="switch/DMZ (old)"'
