"""The error codes: what each means and what a client does, in tables, lists and prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nemocontract.lint.document import Document, Row, Statement
from nemocontract.lint.finding import LintFinding, quoted
from nemocontract.lint.wording import affirmed, compiled, topics

_MEANINGS: Final = compiled({
    "success": r"success|\bok\b|succeed|fine|成功|正常",
    "token": r"\btokens?\b(?!\s*(?:/|per))|expired|unauthori[sz]ed|credential|令牌|凭证|过期|认证失败|未授权",
    "session": r"session|会话",
    "credits": r"credits?|balance|funds|积分|余额|额度",
    "unsupported": r"unsupported|(?:file )?(?:type|format|kind|media)s?\b|not supported|不支持|格式|类型",
    "too large": r"too (?:large|big|long)|size|500\s*M|exceed|over(?:size|sized)|过大|太大|超过|超出|体积|大小",
    "client id": r"client[- ]?id|x-client-id|client identifier|客户端",
    "plan": r"\bplan\b|subscription|tier|upgrade|paywall|free (?:account|user)|套餐|订阅|升级|免费(?:版|用户|计划|套餐)|付费",
    "rate limit": r"rate|too many|limit|throttl|frequen|限流|限频|频率|频繁|太快|1 token|一个令牌",
    "not found": r"(?:render|job|page|resource|任务|渲染)[^|;]{0,12}(?:not found|unknown|不存在)|unknown (?:render|job)",
    "duplicate": r"duplicate|already used|used before|conflict|重复|冲突",
    "scope": r"scope|permission|forbidden|权限|禁止访问",
})  # fmt: skip
_ACTIONS: Final = compiled({
    "re-authenticate": r"re-?auth\w*|authenticat\w+|anonymous-token|(?:new|fresh|another|valid) (?:anonymous )?token|(?:refresh|renew|request|get|acquire|obtain) (?:a |the )?(?:new )?token|sign in|log ?in again|令牌|凭证|认证|授权|登录|token|匿名(?:获取|申请|领取)|重新(?:获取|申请|领取)",
    "new session": r"(?:new|another|fresh) session|(?:create|make|open|start|recreate) (?:a |another |the )?(?:new )?session|session again|(?:新建|重新创建|重新建立|重建|新的|再建|创建|开)[^|;]{0,5}会话|with-session",
    "registration or top-up": r"regist\w*|top[- ]?up|recharge|sign[- ]?up|\?bind|buy|purchase|注册|充值|购买",
    "show formats": r"formats?|file types?|types? (?:that are )?(?:accepted|supported)|mp4|格式|类型",
    "compress or trim": r"compress|trim|shorten|smaller|reduce|crop|cut|压缩|裁剪|剪短|缩短|变小|缩小",
    "generate a client id": r"client[- ]?id|uuid|identifier|客户端|\bgenerate\b|add (?:it|the header|one)|make one|生成|补上|补充|带上|加上",
    "upgrade": r"upgrade|subscri|\bplan\b|unlock|\btier\b|升级|订阅|套餐|解锁",
    "wait": r"\bwait|\bback ?off|\bin \d+ ?s|after \d+ ?s|\d+\s?(?:s|seconds?)\b|等|秒|稍后|half a minute|thirty",
    "nothing": r"\bignore|do nothing|no action|continue\b|go on|proceed|carry on|忽略|无需处理|继续|不用管|照常",
    "give up": r"give up|\babort|\bstop\b|restart the|reinstall|contact support|delete|放弃|终止|重启|重装|联系客服|删除",
    "retry": r"\bretry|try again|re-?send|repeat|重试|再试|重发",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodeFact:
    """A code's ``meaning`` and the ``actions`` of which a client does one; ``never`` is what it must not do."""

    meaning: str
    actions: tuple[str, ...]
    clause: str
    protocol: str
    never: str = r"(?!)"


_TOP_UP: Final = r"top[- ]?up|buy (?:more )?credits|purchase credits|recharge|add credits|out of credits|(?:has|have|had|with) no credits|credits? (?:problem|issue|shortage)|充值|购买积分|积分不足|积分(?:问题|不够)"
_NOW: Final = r"\b(?:immediately|at once|right away|instantly|forever|until it (?:works|succeeds)|keep (?:re)?trying|as often|in a loop)\b|立即|马上|立刻|不断|一直|反复|无限"
CODES: Final = {
    0: CodeFact("success", ("nothing",), "ENV-1", "0 is success: go on", r"\bretry|重试"),
    1001: CodeFact("token", ("re-authenticate",), "C-AUTH-2",
                   "1001 is a bad or expired token: get a new one through anonymous-token, repeat the request once", _NOW + r"|new session and|log out"),
    1002: CodeFact("session", ("new session",), "C-SES-1", "1002 is a session that is not found: make a new session", r"re-?auth\w*"),
    2001: CodeFact("credits", ("registration or top-up",), "CRE-4",
                   "2001 is no credits: anonymous accounts get the registration URL with ?bind=<id>, registered ones top up",
                   r"\?bind=[<{$]?\w*token|\?(?!bind)\w+=<(?:id|user_id)>|upgrade your plan|wait \d+"),
    4001: CodeFact("unsupported", ("show formats",), "UPL-3", "4001 is an unsupported file: show the supported formats"),
    4002: CodeFact("too large", ("compress or trim",), "UPL-4", "4002 is a file too large: suggest to compress or trim it"),
    400: CodeFact("client id", ("generate a client id",), "AUTH-2", "400 is a missing X-Client-Id: generate one and retry", r"without (?:it|the header)"),
    402: CodeFact("plan", ("upgrade", "registration or top-up"), "REN-3",
                  "402 is an export blocked on the free plan, a matter of the subscription and not of credits: register or upgrade", _TOP_UP),
    429: CodeFact("rate limit", ("wait",), "C-AUTH-3", "429 is the rate limit, one token per client in 7 days: wait 30 s, retry once", _NOW + r"|new client[- ]?id"),
}  # fmt: skip
_ALSO: Final = frozenset(
    {401, 403, 404, 405, 408, 409, 413, 415, 422, 500, 501, 502, 503, 504, 200, 201, 206}
)
_CODE_CELL: Final = re.compile(
    r"(?:HTTP|code|status|错误码|代码)?\s*[:#]?\s*(\d{1,4})(?:\s*\(HTTP\))?", re.IGNORECASE
)
_LISTED: Final = re.compile(
    r"^(?:HTTP |code |error |错误码?\s*|代码\s*)?(\d{3,4}|0)\s*(?:\([^)]*\)\s*)?(?:[:→=,—–-]|\bmeans\b|\bis\b|表示|代表|是|为|[|])\s*(?P<rest>\S.*)",
    re.IGNORECASE,
)
_IN_PROSE: Final = re.compile(
    r"(?<![\d.$:/-])(?:code |error |HTTP |a |an |错误码?\s*)?(1001|1002|2001|4001|4002|402|429|400)(?![\d%]|\s*(?:x|×|MB|px|kbps|ms|credits?|积分))",
    re.IGNORECASE,
)


_BARE: Final = re.compile(
    r"^(?:errors?\b[.:]?\s*)?(?P<code>1001|1002|2001|4001|4002|400|402|429)\s+(?P<meaning>[^,→:|]{2,60}?)\s*(?:→|,|:)\s*(?P<action>.{2,160})$",
    re.IGNORECASE,
)


def check_error_table(document: Document) -> Iterator[LintFinding]:
    """Find codes with another meaning or another action, unknown codes, and rows without an action."""
    for row in document.rows:
        found = _CODE_CELL.fullmatch(row.cells[0])
        if found and len(row.cells) >= 2 and _is_table_of_codes(row, document):
            meaning, action = row.cells[1], " ".join(row.cells[2:])
            yield from _judge(row.line, int(found[1]), meaning, action, " | ".join(row.cells))
    for statement in document.statements:
        bare = _BARE.match(statement.text.strip().lstrip("·• ")) if statement.kind == "prose" else None
        if bare and (
            int(bare["code"]) > 1000 or "→" in statement.text or re.search(r"1001", statement.block)
        ):
            yield from _judge(
                statement.line, int(bare["code"]), bare["meaning"], bare["action"], statement.text
            )
        elif statement.kind == "prose":
            yield from _prose(statement)


def _is_table_of_codes(row: Row, document: Document) -> bool:
    codes = [_CODE_CELL.fullmatch(one.cells[0]) for one in document.rows if one.table == row.table]
    known = [found for found in codes if found and int(found[1]) in {*CODES, *_ALSO}]
    return len(known) >= 2


def _prose(statement: Statement) -> Iterator[LintFinding]:
    text = statement.text
    item = _LISTED.match(statement.block.strip()) if len(statement.block) < 500 else None
    if item and not statement.block.strip().startswith(text[:12]):
        return  # a later sentence of an item that was judged as a whole
    if listed := item or _LISTED.match(text.strip()):
        parts = re.split(
            r"\s*(?:→|—|–|\||;| - |,? then |\.\s|: |,\s*(?=则|就|请|please)|。)\s*",
            listed["rest"],
            maxsplit=1,
        )
        yield from _judge(
            statement.line,
            int(listed[1]),
            parts[0],
            parts[1] if len(parts) > 1 else "",
            text,
            sure=int(listed[1]) in CODES,
        )
        return
    found = list(_IN_PROSE.finditer(text))
    for nth, one in enumerate(found):
        code = int(one[1])
        before = text[found[nth - 1].end() if nth else 0 : one.start()]
        after = text[one.end() : found[nth + 1].start() if nth + 1 < len(found) else None]
        if before.rstrip().endswith(("(", "(code", "(HTTP")):
            said = re.split(r"[;。]|, (?=and |or |if |on )", before)[-1]
            acted = re.split(r"[;。]|\b(?:on|if|after) [^,]{0,30}$", after)[0]
        else:
            said = acted = re.split(r"[;。]|, (?:and )?(?:on|for|with|if) (?:a |an )?$|,\s*$", after)[0]
        yield from _judge(
            statement.line, code, said, acted if acted is not said else "", text, mixed=acted is said
        )


def _judge(
    line: int, code: int, meaning: str, action: str, says: str, *, sure: bool = True, mixed: bool = False
) -> Iterator[LintFinding]:
    fact = CODES.get(code)
    if fact is None:
        if sure and code not in _ALSO and code >= 100:
            close = min(CODES, key=lambda known: (len(str(known)) != len(str(code)), abs(known - code)))
            yield LintFinding(
                line,
                "unknown",
                "ENV-3",
                "must",
                quoted(says),
                f"there is no code {code}",
                f"write {close}, or leave it out",
            )
        return
    wrong = _wrong_meaning(fact, meaning, strict=not mixed)
    wrong = (
        wrong or _wrong_action(fact, action if not mixed else "") or _forbidden(fact, f"{meaning} | {action}")
    )
    if wrong:
        yield LintFinding(
            line, "contradicts", fact.clause, "must", quoted(says), fact.protocol, f"say so: {fact.protocol}"
        )


def _wrong_meaning(fact: CodeFact, text: str, *, strict: bool) -> bool:
    """Tell whether a text gives another code's meaning; one that gives none is left alone."""
    found = {name for name, pattern in _MEANINGS.items() if pattern.search(text)}
    own = fact.meaning in found
    others = {name for name in found if name != fact.meaning}
    if fact.meaning == "plan":
        return "credits" in others and not own
    if fact.meaning in ("rate limit", "client id", "unsupported", "too large", "session", "token"):
        others -= {"unsupported"} if fact.meaning in ("too large", "client id") else set()
        others -= {"token"} if fact.meaning == "rate limit" else set()
    return bool(others) and not own and (strict or (len(others) == 1 and len(text) < 60))


def _wrong_action(fact: CodeFact, text: str) -> bool:
    found = set(topics(text, _ACTIONS))
    if re.search(r"\bstep \d|§|\bsee \w|步骤|第.步", text):
        found -= {"retry"}  # what comes before it stands elsewhere
    return bool(found) and not set(fact.actions) & found


def _forbidden(fact: CodeFact, text: str) -> bool:
    return affirmed(re.compile(fact.never, re.IGNORECASE), text) is not None or (
        fact.meaning == "credits" and _swapped(text)
    )


def _swapped(text: str) -> bool:
    """Tell whether anonymous accounts are told to top up, and registered ones to register."""
    found = re.search(
        r"(?:anonymous|guests?|匿名|游客)(?P<first>.*?)(?:\bregistered\b|\bpaid\b|已注册|注册用户|正式用户)(?P<second>.*)",
        text,
        re.IGNORECASE,
    )
    if not found:
        return False
    topped = re.search(r"top[- ]?up|充值", found["first"], re.IGNORECASE)
    bound = re.search(r"bind|registration|sign[- ]?up|注册(?:链接|地址|页)", found["second"], re.IGNORECASE)
    return bool(topped and not re.search(r"regist|bind|注册", found["first"], re.IGNORECASE)) or bool(
        bound and topped
    )
