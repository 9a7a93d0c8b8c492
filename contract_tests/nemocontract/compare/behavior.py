"""What a server does over a whole recording: prices, sums, exports that go forward (CRE-1, CRE-2, REN-6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from nemocontract.compare.fact import Comparison, Place
from nemocontract.compare.replay import ExchangePair, job_in
from nemocontract.compare.streams import tools_in, work_of
from nemocontract.recording import Exchange

_RANK = {"pending": 0, "processing": 1, "completed": 2, "failed": 2, "cancelled": 2}


def sums(pairs: Iterable[ExchangePair]) -> Iterator[Comparison]:
    """Yield, for each balance, whether available and frozen are the total (CRE-1)."""
    for pair in pairs:
        if pair.recorded.operation == "credits" and pair.recorded.code == 0 and _credits(pair.fake):
            payload = _credits(pair.recorded)
            if payload:
                yield _of(pair, "CRE-1", "total", _adds_up(payload), _adds_up(_credits(pair.fake)))


def _credits(exchange: Exchange | None) -> dict[str, Any]:
    data = exchange.data if exchange is not None and exchange.code == 0 else {}
    figures = {name: data.get(name) for name in ("available", "frozen", "total")}
    return figures if all(map(_is_figure, figures.values())) else {}


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _adds_up(payload: dict[str, Any]) -> str:
    return (
        "available + frozen"
        if payload["available"] + payload["frozen"] == payload["total"]
        else "another sum"
    )


# -- prices ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Account:
    """What happened to one account since its balance was last read."""

    balance: tuple[float, float] | None = None
    work: list[tuple[str, str]] = field(default_factory=list)
    edited: set[str] = field(default_factory=set)


def prices(pairs: Iterable[ExchangePair]) -> Iterator[Comparison]:
    """Yield what each kind of work cost, by the balances before and after it (CRE-2, CRE-5, REN-2)."""
    accounts: dict[str, _Account] = {}
    for pair in pairs:
        account = accounts.setdefault(pair.recorded.headers.get("authorization", ""), _Account())
        if pair.recorded.operation == "credits":
            yield from _cost(pair, account)
        elif pair.recorded.code == 0 and pair.recorded.operation in ("chat", "render.submit"):
            account.work.append((_work(pair.recorded, account), _kind(pair.fake)))


def _kind(exchange: Exchange | None) -> str:
    if exchange is None or exchange.code != 0:
        return "nothing"
    return "an export" if exchange.operation == "render.submit" else work_of(exchange)


def _work(exchange: Exchange, account: _Account) -> str:
    kind = _kind(exchange)
    if kind == "an edit":
        session = str(exchange.body.get("session_id")) if isinstance(exchange.body, dict) else ""
        further = session in account.edited
        account.edited.add(session)
        return "a further edit" if further else "an edit"
    clips = sum("generate" in name for name in tools_in(exchange))
    return f"a generation of {clips} clips" if clips > 1 else kind


def _cost(pair: ExchangePair, account: _Account) -> Iterator[Comparison]:
    recorded, fake = _credits(pair.recorded), _credits(pair.fake)
    before, work = account.balance, account.work
    settled = recorded and fake and not recorded["frozen"] and not fake["frozen"]
    account.balance, account.work = (recorded["total"], fake["total"]) if settled else None, []
    if not settled or before is None or not all(_same(*kinds) for kinds in work):
        return
    names = [name for name, _ in work]
    what = " and ".join(dict.fromkeys(names)) or "nothing"
    spent = [f"{was - now:g}" for was, now in zip(before, account.balance or (), strict=True)]
    yield _of(pair, _clause(names), f"price of {what}", *spent)


def _same(recorded: str, fake: str) -> bool:
    return recorded.replace("further ", "n ").replace("a n ", "an ").startswith(fake)


def _clause(names: list[str]) -> str:
    if not names:
        return "CRE-5"
    return "REN-2" if set(names) == {"an export"} else "CRE-2"


def _of(pair: ExchangePair, clause: str, path: str, recorded: str, fake: str) -> Comparison:
    one = pair.recorded
    return Comparison(Place(clause, "credits", path), recorded, fake, one.seq, one.at_ms)


# -- exports ---------------------------------------------------------------------------------------


def exports(pairs: Iterable[ExchangePair]) -> Iterator[Comparison]:
    """Yield, for each poll of an export, whether its status and progress moved forward (REN-6)."""
    before: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    for pair in pairs:
        recorded = job_in(pair.recorded.answer) if pair.recorded.code == 0 else {}
        fake = job_in(pair.fake.answer) if pair.fake is not None and pair.fake.code == 0 else {}
        if not recorded or not fake:
            continue
        was = before.get(str(recorded.get("id")), ({}, {}))
        before[str(recorded.get("id"))] = recorded, fake
        for path, reported in (("status", _forward), ("progress", _grows)):
            place = Place("REN-6", "render.status", f"{path} over time")
            sides = reported(was[0], recorded), reported(was[1], fake)
            yield Comparison(place, *sides, pair.recorded.seq, pair.recorded.at_ms)


def _forward(earlier: dict[str, Any], later: dict[str, Any]) -> str:
    then, now = (_RANK.get(str(job.get("status"))) for job in (earlier, later))
    if now is None:
        return f"a status {later.get('status')!r}"
    return "goes forward" if then is None or now >= then else "goes back"


def _grows(earlier: dict[str, Any], later: dict[str, Any]) -> str:
    then, now = earlier.get("progress"), later.get("progress")
    known = _is_figure(then) and _is_figure(now)  # its type is compared elsewhere
    return "falls" if known and float(str(now)) < float(str(then)) else "never falls"
