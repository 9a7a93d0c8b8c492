"""Over a socket: credits, the start of a chat, whole chats, events a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from .compare import BenchmarkPair, Measured, arena
from .limits import Budget
from .report import Row, interleaved

Figure = Callable[[Measured], float]
_MANY = 8


def _answers(measured: Measured) -> float:
    return measured.load.answers / measured.load.seconds


def _starts(measured: Measured) -> float:
    return 1 / measured.load.head_s


def _events(measured: Measured) -> float:
    return measured.load.events / measured.load.seconds


def _answer_cpu_us(measured: Measured) -> float:
    return 1e6 * (measured.server_cpu_s or 0.0) / measured.load.answers


def _event_cpu_us(measured: Measured) -> float:
    return 1e6 * (measured.server_cpu_s or 0.0) / measured.load.events


# measured, unit, what is asked, connections, its figure, what the server's processor time is divided by
_PLAN: tuple[tuple[str, str, str, int, Figure, Figure], ...] = (
    ("credits", "requests/s", "credits", _MANY, _answers, _answer_cpu_us),
    ("chat start", "starts/s", "chat", 1, _starts, _answer_cpu_us),
    ("whole chats", "chats/s", "chat", _MANY, _answers, _answer_cpu_us),
    ("stream", "events/s", "events", 1, _events, _event_cpu_us),
)


def traffic(budget: Budget) -> Iterator[Row]:
    """Measure each kind of request against the bare servers."""
    with arena() as place:
        for plan in _PLAN:
            yield from _rows(place, budget, *plan)


def _rows(
    place: BenchmarkPair,
    budget: Budget,
    measured: str,
    unit: str,
    ask: str,
    connections: int,
    figure: Figure,
    cpu: Figure,
) -> Iterator[Row]:
    for name in place.names:
        place.load(name, ask, budget.warm_s, connections)
    contestants = {name: partial(place.load, name, ask, budget.slice_s, connections) for name in place.names}
    samples = interleaved(contestants, budget.rounds, budget.limit_s)

    def of(read: Figure) -> dict[str, list[float]]:
        return {name: [read(one) for one in some] for name, some in samples.items()}

    ours = place.names[0]
    yield Row(measured, unit, ours, of(figure), note=_note(samples, connections))
    if all(one.server_cpu_s is not None for some in samples.values() for one in some):
        yield Row(f"{measured}, server processor", "µs", ours, of(cpu), more_is_better=False)


def _note(samples: dict[str, list[Measured]], connections: int) -> str:
    """Say what an answer is, and whether the generator was the bottleneck."""
    loads = {name: [one.load for one in some] for name, some in samples.items()}
    sizes = "/".join(f"{median(one.size / one.answers for one in some):,.0f}" for some in loads.values())
    busy = "/".join(f"{median(one.busy for one in some):.0%}" for some in loads.values())
    order = ", ".join(loads)
    return f"connections {connections}, bytes an answer {sizes}, generator busy {busy} ({order})"
