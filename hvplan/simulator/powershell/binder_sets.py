"""Parameter sets: which are left, when the default one is taken, which mandatory parameters miss.

A set is a bit; `State.flags` holds those still possible. The rules look at what is bound, at what the pipe may still
bring, and at which sets could do without more.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvplan.simulator.powershell.binder_state import State, count_sets
from hvplan.simulator.powershell.binding_errors import no_set
from hvplan.simulator.powershell.declarations import EVERY_SET, Parameter, SetEntry


def settle_sets(state: State, *, before_pipe: bool, set_default: bool) -> int:
    """Narrow the sets as far as can be decided now; gives how many are left.

    Raises BindingError `AmbiguousParameterSet` when none is, or several and nothing decides.
    """
    count = state.valid_count()
    default = state.cmdlet.default_flag
    if count == 0:
        raise no_set()
    if count > 1:
        if default & state.flags:
            state.set_name = state.cmdlet.set_name(default)
            if set_default:
                state.flags, count = default, 1
        elif not (before_pipe and _pipe_may_decide(state)):
            count = _by_mandatory(state)
        return count
    if state.flags == EVERY_SET:
        count = len(state.cmdlet.sets) or 1
        if before_pipe and _pipe_may_decide(state):
            pass
        elif default:
            if set_default:
                state.flags, count = default, 1
        elif count > 1:
            count = _by_mandatory(state)
    state.name_set()
    return count


def _pipe_may_decide(state: State) -> bool:
    return any(parameter.takes_pipe(state.flags) for parameter in state.unbound)


def _by_mandatory(state: State) -> int:
    """The one set, if it is one, of which no mandatory parameter misses."""
    left = state.flags & state.cmdlet.all_flags
    for parameter in state.unbound:
        for entry in parameter.entries:
            if entry.mandatory:
                left &= ~entry.flag
    if count_sets(left) != 1:
        raise no_set()
    state.flags = left
    state.name_set()
    return 1


def narrow_to_pipe(state: State) -> int:
    """The possible sets of which an unbound parameter takes an object of the pipe; all possible ones if there is none such."""
    taking = 0
    for parameter in state.unbound:
        if not parameter.pipe_somewhere:
            continue
        for entry in parameter.matching(state.flags):
            if entry.from_pipe:
                if entry.in_all_sets:
                    return state.flags
                taking |= entry.flag
    return state.flags & taking if taking else state.flags


def verify_set_selected(state: State) -> None:
    """Take the default set if nothing has narrowed the sets. Raises BindingError `AmbiguousParameterSet` if there is no default."""
    if len(state.cmdlet.sets) > 1 and state.flags == EVERY_SET:
        if not state.cmdlet.default_flag:
            raise no_set()
        state.flags = state.cmdlet.default_flag


@dataclass(slots=True)
class Prompting:
    """What one set (EVERY_SET: parameters of all sets) still asks for: mandatory parameters that the pipe can, and cannot, bring."""

    flag: int
    is_default: bool
    not_from_pipe: list[Parameter] = field(default_factory=list)
    from_pipe: list[Parameter] = field(default_factory=list)
    by_value: list[Parameter] = field(default_factory=list)
    by_name: list[Parameter] = field(default_factory=list)

    @property
    def is_all(self) -> bool:
        return self.flag == EVERY_SET

    def add(self, parameter: Parameter, entry: SetEntry, *, expects_input: bool) -> None:
        if not (expects_input and entry.from_pipe):
            self.not_from_pipe.append(parameter)
            return
        self.from_pipe.append(parameter)
        if entry.by_value:
            self.by_value.append(parameter)
        if entry.by_name:
            self.by_name.append(parameter)


def missing_mandatory(state: State, count: int, *, expects_input: bool) -> list[Parameter]:
    """The mandatory parameters that nothing can bring any more; narrows the sets when input is expected.

    Raises BindingError `AmbiguousParameterSet`.
    """
    asked: dict[int, Prompting] = {}
    lacking: list[Parameter] = []
    wanting, of_all_sets = 0, False
    for parameter in state.unbound:
        if not parameter.mandatory_somewhere:
            continue
        misses = False
        for entry in parameter.matching(state.flags):
            if not entry.mandatory:
                continue
            flag = entry.flag or EVERY_SET
            default = state.cmdlet.default_flag
            asked.setdefault(flag, Prompting(flag, bool(default & flag))).add(parameter, entry, expects_input=expects_input)
            misses = True
            if flag == EVERY_SET:
                of_all_sets = True
            else:
                wanting |= state.flags & flag
        if misses and not expects_input:
            lacking.append(parameter)
    if not expects_input or not asked:
        return lacking
    if wanting == 0:
        wanting = state.flags
    if of_all_sets:
        wanting = state.flags & (state.cmdlet.all_flags or EVERY_SET)
    return _with_pipe(state, count, asked, wanting)


def _with_pipe(state: State, count: int, asked: dict[int, Prompting], wanting: int) -> list[Parameter]:
    default = state.cmdlet.default_flag
    if count > 1 and default & state.flags and not default & wanting:
        others = (one for one in asked.values() if one.flag & state.flags and not one.flag & default and not one.is_all)
        if not any(one.from_pipe for one in others):
            wanting = state.flags & ~wanting
            state.flags = wanting
            if state.flags == default:
                state.name_set()
            else:
                state.prioritized = default
    wanted = count_sets(wanting)
    if wanted == 0:
        raise no_set()
    if wanted == 1:
        return _not_from_pipe(asked, wanting)
    if state.prioritized:
        return []
    if default & wanting and _latch_on_default(asked, default):
        state.flags = default
        state.name_set()
        return _not_from_pipe(asked, default)
    return _choose(state, asked, wanting)


def _not_from_pipe(asked: dict[int, Prompting], sets: int) -> list[Parameter]:
    """What the pipe cannot bring, of these sets and of all sets, each once."""
    listed = [parameter for one in asked.values() if one.flag & sets or one.is_all for parameter in one.not_from_pipe]
    return list(dict.fromkeys(listed))


def _latch_on_default(asked: dict[int, Prompting], default: int) -> bool:
    others = [one for one in asked.values() if not one.is_all and not one.is_default]
    other_by_pipe = any(one.from_pipe and not one.not_from_pipe for one in others)
    other_by_name = any(one.by_name for one in others)
    own = asked.get(default)
    if own is not None and own.by_name and not other_by_name:
        return True
    if not other_by_pipe:
        return True
    everywhere = asked.get(EVERY_SET)
    return everywhere is not None and bool(everywhere.not_from_pipe)


def _choose(state: State, asked: dict[int, Prompting], wanting: int) -> list[Parameter]:
    """Several sets want more and the default one does not settle it: the one that the pipe can fill, if it is one."""
    candidates = [one for one in asked.values() if one.flag & wanting and not one.is_all]
    value_sets = [one.flag for one in candidates if one.by_value]
    name_sets = [one.flag for one in candidates if one.by_name]
    by_value = value_sets[0] if len(value_sets) == 1 else 0
    by_name = name_sets[0] if len(name_sets) == 1 else 0
    unique = 0
    if value_sets and name_sets:
        unique = by_value if by_value == by_name else 0
    elif value_sets or name_sets:
        unique = by_value or by_name
    if unique:
        return _latch_on(state, asked, unique)
    stuck = [one for one in asked.values() if (one.flag & wanting or one.is_all) and one.not_from_pipe]
    if not stuck:
        return []
    if by_value:
        return _latch_on(state, asked, by_value)
    if len(value_sets) < 2 and len(name_sets) < 2:
        raise no_set()
    ignored = sum(one.flag for one in stuck if not one.is_all)
    if ignored:
        _ignore(state, ignored)
        if state.flags == 0:
            raise no_set()
        if state.valid_count() == 1:
            state.name_set()
    return []


def _latch_on(state: State, asked: dict[int, Prompting], chosen: int) -> list[Parameter]:
    """Take one set; sets that want nothing more stay possible beside it, unless it wants what the pipe cannot bring."""
    if asked[chosen].not_from_pipe:
        state.flags = chosen
        state.name_set()
    else:
        _ignore(state, sum(one.flag for one in asked.values() if not one.is_all and one.flag != chosen))
        state.name_set()
        if state.flags != chosen:
            state.prioritized = chosen
    return _not_from_pipe(asked, chosen)


def _ignore(state: State, sets: int) -> None:
    if sets:
        state.flags = (state.cmdlet.all_flags if state.flags == EVERY_SET else state.flags) & ~sets
