"""The numbers of the protocol: each is found by what it is about and what it counts, not by its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nemocontract.lint.document import Document, Statement
from nemocontract.lint.error_table import CODES
from nemocontract.lint.finding import Level, LintFinding, quoted
from nemocontract.lint.quantities import Dimension, Quantity, quantities

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class NumberFact:
    """One number. ``subject`` must stand near it, ``where`` in its surroundings, ``unless`` nowhere near.

    ``right`` are the values that are right, a pair for a range; ``least`` and ``most`` bound what it could
    be at all, so that a wait in seconds is never taken for a lifetime in days.
    """

    clause: str
    level: Level
    dimension: Dimension
    protocol: str
    right: tuple[float | tuple[float, float], ...]
    subject: str
    where: str
    unless: str = r"(?!)"
    least: float = 0
    most: float = float("inf")
    in_statement: bool = False
    ranges: bool = True
    often: bool = False
    stops: str = ";。|"  # `unless` is sought between these

    def fits(self, statement: Statement, quantity: Quantity) -> bool:
        """Tell whether a quantity could be this number at all."""
        around = statement.nearby if self.in_statement else statement.context
        return (
            quantity.dimension == self.dimension
            and self.least <= quantity.low
            and quantity.high <= self.most
            and re.search(self.where, around, re.IGNORECASE) is not None
            and re.search(self.unless, _part(statement.text, quantity, self.stops), re.IGNORECASE) is None
            and (self.ranges or not quantity.is_range)
        )

    def holds(self, quantity: Quantity) -> bool:
        """Tell whether it is right."""
        for value in self.right:
            low, high = value if isinstance(value, tuple) else (value, value)
            if quantity.low == low and quantity.high == high:
                return True
            if isinstance(value, tuple) and not quantity.is_range and low <= quantity.low <= high:
                return True
        return False


_STILL = r"still (?:working|processing|generating|going|busy)|keep waiting|quiet|仍在|还在|继续等待|进度提示|处理中|安静"
_ACCOUNT = r"token|NEMO_TOKEN|令牌|凭证|credits?|积分"
_LIMITED = r"429|rate.?limit|too many|限流|频率|限频|过于频繁"
_STREAM = r"等待上限|最长等待|run_sse|\bsse\b|\bchat\b|\bstream|event.stream|对话|聊天|消息流|事件流|流式"
_RENDER = r"/api/render|render|export|lambda|渲染|导出"
_DROPPED = r"disconnect|dropp|connection (?:is |was )?(?:lost|broken|cut)|断开|断线|断连|断流|中断|掉线"
_POLL = r"\bpoll\w*|轮询|(?:check|query|ask for|fetch) (?:the |its )?(?:render |job |export )?(?:status|progress)|(?:查询|检查|查看|询问)(?:一次)?(?:渲染|导出|任务)?(?:状态|进度|结果)"

FACTS: Final = (
    NumberFact("AUTH-5", "must", "time", "a token lives 7 days", (7 * _DAY,),
               r"valid\w*|expir\w*|lifetime|lasts?\b|lives?\b|good for|ttl|works? for|for|after|later|dies|old|有效期?|过期|失效|到期|之后|-day",
               _ACCOUNT, r"\burl|\blink|链接|地址|typical|usual|render|export|poll|通常|一般|scene|clip|per ip|/\s*client|per client|每个?客户端", least=_MINUTE),
    NumberFact("AUTH-3", "must", "time", "a client id gets one token in 7 days", (7 * _DAY,),
               r"per client|/\s*client|client[- ]?id|每个?客户端|同一(?:个)?客户端|rate.?limit|限流|限频|频率",
               r"token|429|令牌|限", r"\bip\b", least=_HOUR, in_statement=True),
    NumberFact("AUTH-4", "should", "time", "anonymous tokens are limited per IP in 7 days, or per hour",
               (7 * _DAY, _HOUR), r"\bip\b", r"token|令牌|rate|限", least=_MINUTE * 10, in_statement=True),
    NumberFact("C-AUTH-3", "must", "time", "after a 429 wait 30 s, then retry once", (30,),
               r"retry\w*|try again|wait\w*|sleep\w*|back off|after|pause|重试|再试|等待|等|间隔|暂停|后", _LIMITED, most=_HOUR,
               in_statement=True),
    NumberFact("C-REN-1", "must", "time", "poll an export every 30 s", (30,), _POLL + r"|/proxy/lambda/|every|each|每隔?|interval|间隔",
               r"(?:" + _POLL + r"|/proxy/lambda/[<{$:])", _STILL + "|" + _DROPPED + r"|heartbeat|心跳|unchanged|未变|没有变化|timeout|超时", most=_HOUR * 2, ranges=False, often=True),
    NumberFact("C-SSE-2", "must", "time", "a chat stream may last 15 min (10 min of heartbeats alone)",
               (15 * _MINUTE, 10 * _MINUTE),
               r"time-?outs?|timed out|up to|max\w*|limit|at most|give up|gives up|abort|longest|within|no longer than|no more than|closes?|lasts?|after|cut|超时|最长|最多|至多|上限|放弃|不超过|关闭|持续|以内",
               _STREAM, _STILL + "|" + _DROPPED + r"|clips?\b|footage|videos? (?:of|over|under)|poll|轮询|typical|unchanged|no change|没有变化|未变|token|令牌|wait \d+ ?s",
               least=_MINUTE / 2, most=_DAY, stops=";。|,"),
    NumberFact("C-SSE-2", "must", "time", "say that work goes on every 2 min", (2 * _MINUTE,),
               _STILL, _STILL, r"\b(?:give up|timeout|time out)\b|typical", most=_HOUR * 2, in_statement=True),
    NumberFact("C-SSE-2", "should", "time", "give up after 10 min of heartbeats alone", (10 * _MINUTE,),
               r"heartbeats?[- ]only|only heartbeats|heartbeats? alone|nothing but heartbeats|(?:仅|只)(?:有|收到)?心跳",
               r"heartbeat|心跳", least=_MINUTE / 2, in_statement=True),
    NumberFact("REN-6", "must", "time", "an export is done 30 to 90 s after it was submitted", ((30, 90),),
               r"render(?:s|ing|ed)?|exports?|download (?:url|link)|finish\w*|done|complete\w*|takes?|queue|ready|waits?|typical\w*|usual\w*|count on|expect|after|通常|一般|大约|渲染|导出|下载(?:链接|地址)|完成|耗时|需要|成片",
               r"download (?:url|link)|output\.url|render_<|/api/render|render(?:ing)? (?:job|takes|usually|typically|finish)|export (?:job|takes|usually)|exports? take|H\.?264|下载(?:链接|地址)|渲染(?:任务|通常|一般|大约|约|需要|耗时)|导出(?:任务|通常|一般|大约|约|需要|耗时)",
               _POLL + "|" + _STILL + "|" + _LIMITED + r"|\bclips?\b|footage|every|each|每|(?:a|per) minute|timeout|upload|generat|retry|wait \d+ ?s\b|token|timeline|interview|时间线|超时|等|再查|令牌",
               most=_HOUR * 2, stops=";。|()"),
    NumberFact("C-SSE-4", "should", "time", "after a dropped stream read the state after 30 s, then every 60 s",
               (30, 60, 5 * _MINUTE), r"wait\w*|every|each|after|then|等待?|再|每隔?|后", _DROPPED,
               r"heartbeat|心跳|" + _STILL + "|token|令牌", most=_HOUR),
    NumberFact("UPL-4", "must", "size", "a file may have up to 500 MB", (500,),
               r"max\w*|limit\w*|largest|no (?:larger|bigger|more)|nothing (?:larger|bigger|over|above|beyond)|not exceed|exceed\w*|up to|at most|too (?:large|big)|as (?:large|big) as|cap(?:ped)?|ceiling|sizes?|4002|≤|<=|<|最大|上限|不超过|不得超过|超过|超出|以内|至多|最多|限制|大小",
               r"files?|upload|size|4002|文件|上传|大小|体积|支持", r"per second|mbps|fast|slow|smooth|recommend|longer|quick|更快|更慢|建议先"),
    NumberFact("AUTH-1", "must", "credits", "an anonymous token comes with 100 credits", (100,),
               r"free|starter|initial|anonymous|trial|comes? with|includ\w+|welcome|new (?:users?|accounts?)|tokens?|grants?|carries|holds|brings?|gives?|gets?|worth|starts?|receives?|has|免费|赠送|初始|匿名|试用|附带|自带|带有|含|token|令牌|送",
               _ACCOUNT + "|free|anonymous|免费|匿名",
               r"cost|per clip|/clip|per session|/session|consum|deduct|charge[sd]?\b|消耗|扣|每次|每段|you have"),
    NumberFact("CRE-2", "should", "credits", "generation costs 100 credits a clip", (100,),
               r"generat\w+|生成", r"cost|price|per|/|consum|消耗|费|扣|每", r"free (?:starter )?credits|免费积分", in_statement=True),
    NumberFact("CRE-2", "should", "credits", "editing costs 50 credits once a session", (50,),
               r"\bedit\w*|编辑|剪辑", r"cost|price|per|/|consum|消耗|费|扣|每", r"free (?:starter )?credits|免费积分", in_statement=True),
    NumberFact("REN-2", "should", "credits", "an export costs no credits", (0,),
               r"export\w*|render\w*|charg\w+|costs?|导出|渲染|收|扣|消耗", r"\bexport|/api/render|导出",
               r"free|starter|trial|generat|\bedit|token|balance|available|anonymous|clip|session|生成|编辑|剪辑|免费|令牌|送|余额|不足"),
    NumberFact("SSE-5", "must", "percent", "about 30 % of edits close without text", ((28, 33), 34),
               r"\bedit\w*|operations?|text|silent\w*|empty|编辑|操作|文字|文本|静默|沉默|无声",
               r"\btext\b|silent|silence|empty|nothing|文字|文本|静默|沉默|无声|空", r"volume|bgm|opacity|progress|faster|speed|quality|音量|透明|进度|rendering"),
    NumberFact("C-REN-1", "should", "times", "poll an export 10 times at most", (10,), _POLL + r"|polls|at most|max\w*|up to|最多|至多",
               r"(?:" + _POLL + r")", _LIMITED + r"|unchanged|re-?try|re-?auth|re-?send|未变|没有变化|重试|重发", least=2),
    NumberFact("C-AUTH-3", "must", "times", "after a 429 retry once", (1,), r"retr\w+|try|tries|attempt\w*|重试|再试|尝试", _LIMITED, in_statement=True),
    NumberFact("C-AUTH-2", "must", "times", "after 1001 repeat the request once", (1,), r"retr\w+|repeat\w*|try|tries|attempt\w*|重试|重复|再试|重发|重新请求", r"1001", in_statement=True),
    NumberFact("C-REN-1", "should", "times", "a failed export is tried once more, with a new id", (1,), r"retr\w+|try|tries|again|attempt\w*|重试|再试",
               r"new (?:render )?id|(?:export|render)\w* fail|fail\w* (?:export|render)|409|新(?:的)?\s*(?:render\s*)?id|换(?:一)?个\s*id|(?:渲染|导出)失败", _LIMITED, in_statement=True),
    NumberFact("C-SSE-4", "should", "times", "five unchanged reads of the state mean failure", (5,), r"unchanged|no change|same|still|未变|没有变化|无变化|不变", r"unchanged|no change|未变|没有变化|无变化|不变", least=2, in_statement=True),
    NumberFact("AUTH-3", "must", "tokens", "a client id gets one token in 7 days", (1,), r"client|客户端", r"client|客户端", r"\bip\b", in_statement=True),
    NumberFact("AUTH-4", "should", "tokens", "an IP gets 10 anonymous tokens in 7 days, or 5 an hour", (10, 5), r"\bip\b", r"\bip\b", in_statement=True),
)  # fmt: skip
# What follows a quantity that speaks of a piece of video or an example, and not of the protocol.
_EXAMPLE_AFTER = re.compile(
    r"^[- ]?(?:long |of )?(?:clips?|videos?|interview|footage|songs?|reels?|promo|trailer|teaser|ad|mark|intro|"
    r"recording|webinar|raw|export of|version|cut|hook|story|slideshow|per second|fps|/s\b|ps\b)|^的?(?:视频|片段|素材|短片|广告)",
    re.IGNORECASE,
)
_EXAMPLE_BEFORE = re.compile(
    r"(?:\b(?:first|last|from|cut to|clips? (?:under|of)) |前|最后|开头|结尾)$", re.IGNORECASE
)
_FAR = 95


def check_numbers(document: Document) -> Iterator[LintFinding]:
    """Find numbers that are not those of the protocol."""
    slow = _polls_as_api_reference(document)
    for statement in document.statements:
        for quantity in quantities(statement.text):
            if _is_example(statement.text, quantity):
                continue
            fact = _about(statement, quantity)
            if (
                fact is None
                or fact.holds(quantity)
                or (slow and fact.clause == "C-REN-1" and quantity.low in (10, 30))
            ):
                continue
            yield LintFinding(
                statement.line, "contradicts", fact.clause, fact.level, quoted(statement.text), fact.protocol,
                f"replace “{quantity.text.strip()}”: {fact.protocol}",
            )  # fmt: skip
        yield from _timeout_option(statement)
        yield from _box(statement)
        yield from _codec(statement)


def _is_example(text: str, quantity: Quantity) -> bool:
    after, before = text[quantity.end :], text[: quantity.start]
    if quantity.dimension == "credits" and quantity.low in CODES and quantity.low > 1000:
        return True  # "2001 credits" is a code and its meaning
    return _EXAMPLE_AFTER.match(after) is not None or _EXAMPLE_BEFORE.search(before) is not None


def _about(statement: Statement, quantity: Quantity) -> NumberFact | None:
    """Return the fact whose subject stands nearest to the quantity."""
    nearest: tuple[float, NumberFact] | None = None
    for fact in FACTS:
        if fact.fits(statement, quantity):
            for found in re.finditer(fact.subject, statement.text, re.IGNORECASE):
                gap = _gap(statement.text, found.start(), found.end(), quantity)
                if gap <= _FAR and (nearest is None or gap < nearest[0]):
                    nearest = (gap, fact)
    if nearest is None and quantity.dimension == "size" and len(statement.text) <= len(quantity.text) + 8:
        return next((fact for fact in FACTS if fact.fits(statement, quantity)), None)
    if nearest and nearest[1].often and not _often(statement.text, quantity):
        return None
    return nearest[1] if nearest else None


def _often(text: str, quantity: Quantity) -> bool:
    """Tell whether a quantity says how often something is done, and not how long it takes."""
    before, after = text[max(0, quantity.start - 25) : quantity.end], text[quantity.end : quantity.end + 14]
    return (
        re.search(r"every|each|interval|poll|wait|per |每|隔|轮询", before, re.IGNORECASE) is not None
        or re.search(
            r"interval|apart|between|polls?\b|轮询|一次|间隔|查|(?:\ba|per|every) (?:minute|second)",
            before + after,
            re.IGNORECASE,
        )
        is not None
    )


def _part(text: str, quantity: Quantity, stops: str) -> str:
    """Return the part of a sentence that a quantity stands in."""
    start = max(text.rfind(sign, 0, quantity.start) for sign in stops) + 1
    ends = [at for sign in stops if (at := text.find(sign, quantity.end)) >= 0]
    return text[start : min(ends, default=len(text))]


def _gap(text: str, start: int, end: int, quantity: Quantity) -> float:
    """Return how far a subject is from a quantity; the end of a clause between them counts for more."""
    between = text[end : quantity.start] if end <= quantity.start else text[quantity.end : start]
    return (
        len(between)
        + 30 * len(re.findall(r"[;。|]|, ?(?:then|and)\b|\. ", between))
        + 8 * len(re.findall(r"[,,、(]", between))
    )


def _polls_as_api_reference(document: Document) -> bool:
    """Tell whether exports are polled every 10 s, 30 times at most: right by the API reference."""
    polled = [s.text for s in document.statements if re.search(_POLL, s.context, re.IGNORECASE)]
    items = [(q.dimension, q.low) for text in polled for q in quantities(text)]
    return ("time", 10) in items and ("times", 30) in items


def _timeout_option(statement: Statement) -> Iterator[LintFinding]:
    found = re.search(
        r"(?:--max-time|(?<!\S)-m|\btimeout_?s?)\s*[ =:]\s*(\d+)(?![\d.]|\s*[a-z分秒])", statement.text
    )
    if found and "run_sse" in statement.context and int(found[1]) not in (900, 600, 900_000, 600_000):
        yield LintFinding(statement.line, "contradicts", "C-SSE-2", "must", found[0],
                          "a chat stream may last 15 min, which is 900 s", "write --max-time 900")  # fmt: skip


def _box(statement: Statement) -> Iterator[LintFinding]:
    found = re.search(r"(?<!\d)(\d{3,4})\s*[x×*]\s*(\d{3,4})(?!\d)", statement.text)
    about = re.search(
        r"render|export|compress|output|download url|渲染|导出|输出|压缩", statement.context, re.IGNORECASE
    )
    limit = re.search(
        r"up to|max|within|at most|no (?:larger|bigger|more)|fits|H\.?26\d|不超过|最大|最高|以内",
        statement.text,
        re.IGNORECASE,
    )
    if found and about and limit and {found[1], found[2]} != {"1080", "1920"}:
        yield LintFinding(statement.line, "contradicts", "REN-8", "must", quoted(statement.text),
                          "an exported file is at most 1080×1920", "write 1080×1920")  # fmt: skip


def _codec(statement: Statement) -> Iterator[LintFinding]:
    found = re.search(
        r"\bH\.?26[356]\b|\bHEVC\b|\bVP[89]\b|\bAV1\b|\bProRes\b", statement.text, re.IGNORECASE
    )
    about = re.search(r"render|export|download url|渲染|导出|下载", statement.context, re.IGNORECASE)
    how = re.search(r"compress|codec|encod|1080|file is|mp4|编码|压缩", statement.text, re.IGNORECASE)
    if found and about and how and not re.search(r"H\.?264", statement.text, re.IGNORECASE):
        yield LintFinding(statement.line, "contradicts", "REN-8", "must", quoted(statement.text),
                          "an exported file is H.264 in MP4", f"write H.264 instead of {found[0]}")  # fmt: skip
