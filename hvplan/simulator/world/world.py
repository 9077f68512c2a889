"""The world: answers bound calls, one at a time for each VM, and keeps what they did."""

from __future__ import annotations

import codecs
import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from hvplan.diagnostics import Diagnostic, Place
from hvplan.errors import ConfigurationError
from hvplan.simulator.call import Answer, Call
from hvplan.simulator.clock import Clock, RealClock
from hvplan.simulator.values import Obj
from hvplan.simulator.world.audit import Audit
from hvplan.simulator.world.context import Context
from hvplan.simulator.world.emitter import emit
from hvplan.simulator.world.handlers import ASKING, FORCELESS, HANDLERS
from hvplan.simulator.world.latency import PROFILES, seconds
from hvplan.simulator.world.parameters import heed
from hvplan.simulator.world.power import settle
from hvplan.simulator.world.refusals import Refusal, not_simulated, prompt
from hvplan.simulator.world.seed import dump_state, load_state
from hvplan.simulator.world.state import State
from hvplan.simulator.world.storefile import StoreFile, state_path
from hvplan.simulator.world.wildcard import matches

_SLICE, _SAVE_EVERY = 0.05, 1.0


class SimulatedWorld:
    """A simulated host (see `World` in call.py). Safe to call from several threads; a context manager."""

    def __init__(self, state: State, *, clock: Clock | None = None, latency: str = "none", audit: Path | None = None, store: StoreFile | None = None) -> None:
        if latency not in PROFILES:
            raise ConfigurationError(Diagnostic(code="latency", summary=f"There is no latency profile `{latency}`.", hint=f"Known: {', '.join(PROFILES)}."))
        self.state = state
        self._clock = clock or RealClock()
        self._latency = PROFILES[latency]
        self._audit = Audit(audit)
        self._store = store
        self._lock = threading.RLock()
        self._vm_locks: dict[UUID, threading.Lock] = {}
        self._saved_version, self._saving = state.version, threading.Lock()
        self._closed = threading.Event()
        if store is not None:
            self._saver = threading.Thread(target=self._save_now_and_then, name="world-saver", daemon=True)
            self._saver.start()

    @classmethod
    def from_text(
        cls, text: str, *, file: str = "world", release: str | None = None, latency: str = "none", clock: Clock | None = None, audit: Path | None = None
    ) -> Self:
        """A world in memory, from the text of a seed. Raises `ConfigurationError`."""
        return cls(load_state(text, file, release), clock=clock, latency=latency, audit=audit)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], **options: Any) -> Self:
        """The same from a mapping; `kind: World` may be left out."""
        return cls.from_text(emit({"kind": "World", **mapping}), **options)

    @property
    def release(self) -> str:
        """The host's release."""
        return self.state.host.release

    @property
    def audit(self) -> list[dict[str, Any]]:
        """The lines of the audit log so far."""
        return self._audit.lines

    def dump(self) -> dict[str, Any]:
        """The present state as a mapping in the format of a seed."""
        with self._lock:
            settle(self.state, self._clock.now())
            return dump_state(self.state)

    def dump_text(self) -> str:
        """The present state as YAML."""
        return emit(self.dump())

    def call(self, call: Call) -> Answer:
        """Carry out one bound call; a user's mistake becomes an error record."""
        with self._writers(call) as release_vms:
            self._wait(seconds(self._latency, call.command))
            with self._lock:
                settle(self.state, self._clock.now())
                context = Context(call=call, state=self.state, clock=self._clock, latency=self._latency, pause=lambda left: self._pause(left, release_vms))
                handler = HANDLERS.get(call.command)
                try:
                    if call.command in ASKING and call.set not in FORCELESS and not context.on("Force"):
                        raise prompt(call.command)
                    if handler is None:
                        raise not_simulated(call.command)
                    heed(call.command, call.bound, self.state.host.name)
                    handler(context)
                except Refusal as refusal:
                    context.errors.append(refusal.error)
                answer = Answer(records=tuple(context.records), errors=tuple(context.errors), warnings=tuple(context.warnings))
                outcome = "failed" if answer.errors else "warned" if answer.warnings else "done"
                error = answer.errors[0].id if answer.errors else None
                self._audit.note(self._clock.now(), call.session, call.pipeline, call.command, call.set, call.bound, outcome, error)
        return answer

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """Note an invocation that did not bind."""
        self._audit.note(self._clock.now(), session, pipeline, command, "", {}, "unbound", error_id)

    def close(self) -> None:
        """Save and give the lock back; a second time does nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        try:
            self._save(force=True)
        finally:
            if self._store is not None:
                self._store.release()
            self._audit.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # one writer per VM

    @contextlib.contextmanager
    def _writers(self, call: Call) -> Iterator[list[threading.Lock]]:
        """Hold the locks of the VMs that a write names, in the order of their ids; a read holds none."""
        locks = [] if call.command.startswith("Get-") else self._locks_of(call)
        for lock in locks:
            lock.acquire()
        try:
            yield locks
        finally:
            for lock in locks:
                lock.release()

    def _locks_of(self, call: Call) -> list[threading.Lock]:
        with self._lock:
            wanted = {vm.id for vm in self.state.vms.values() if _concerns(call, vm.id, vm.name)}
            return [self._vm_locks.setdefault(id, threading.Lock()) for id in sorted(wanted)]

    # time

    def _pause(self, left: float, vm_locks: list[threading.Lock]) -> None:
        """A slice of a handler's wait: others may work meanwhile, on this VM too (a hanging stop must be turned off)."""
        for lock in vm_locks:
            lock.release()
        self._lock.release()
        try:
            self._clock.sleep(min(left, _SLICE) if isinstance(self._clock, RealClock) else left)
        finally:
            for lock in vm_locks:
                lock.acquire()
            self._lock.acquire()

    def _wait(self, delay: float) -> None:
        if delay > 0:
            self._clock.sleep(delay)

    # saving

    def _save_now_and_then(self) -> None:
        while not self._closed.wait(_SAVE_EVERY):
            self._save(force=False)

    def _save(self, *, force: bool) -> None:
        if self._store is None:
            return
        with self._saving:  # one save after another, and nobody waits for the disk
            with self._lock:
                if not force and self.state.version == self._saved_version:
                    return
                text = emit(dump_state(self.state))
                self._saved_version = self.state.version
            self._store.write(text)


def _concerns(call: Call, id: UUID, name: str) -> bool:
    mark = str(id)
    for parameter, value in call.bound.items():
        for one in value if isinstance(value, tuple | list) else (value,):
            if isinstance(one, Obj):
                if mark in one.id.lower() or str(one.props.get("VMId", "")) == mark:
                    return True
            elif parameter in ("Name", "VMName") and isinstance(one, str) and matches(one, name):
                return True
    return False


_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def _seed_text(seed: Path) -> str:
    """A seed's text: UTF-8, or UTF-16 with a mark, which is what Windows PowerShell's `>` writes. Raises `ConfigurationError`."""
    try:
        content = seed.read_bytes()
        return content.decode(next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8"))
    except FileNotFoundError:
        why, hint = "There is no such file", "A path in `connection.simulated.world` counts from the folder of the file that it stands in."
    except UnicodeDecodeError as error:
        why, hint = f"It is not text: byte {error.start} is no {error.encoding.upper()}", "Save it as UTF-8."
    except OSError as error:
        why, hint = error.strerror or str(error), ""
    raise ConfigurationError(Diagnostic(code="world", summary=f"The world cannot be read: {why}.", hint=hint, place=Place(str(seed))))


def open_world(
    path: str | Path,
    *,
    release: str | None = None,
    state: str | Path | None = None,
    reset: bool = False,
    audit: str | Path | None = None,
    latency: str = "none",
    clock: Clock | None = None,
) -> SimulatedWorld:
    """Open the world of a seed file, going on from the state that was saved beside it.

    `state` names another state file, `reset` forgets the saved state, `audit` is a file that lines are appended to.
    Raises `ConfigurationError` for a mistake in the file and `HvplanError` when another process has the world open.
    """
    seed = Path(path)
    text = _seed_text(seed)
    store = StoreFile(Path(state) if state is not None else state_path(seed))
    try:
        if reset:
            store.remove()
        saved = store.read()
        loaded = load_state(text if saved is None else saved, str(seed if saved is None else store.path), release)
        return SimulatedWorld(loaded, clock=clock, latency=latency, audit=Path(audit) if audit is not None else None, store=store)
    except BaseException:
        store.release()
        raise
