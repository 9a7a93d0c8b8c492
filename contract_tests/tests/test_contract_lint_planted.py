"""Wrong facts put into correct skill documents one at a time: each is found, with its clause and its line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from nemocontract.lint.check import lint
from nemocontract.lint.document import parse
from nemocontract.lint.finding import LintFinding

DOCUMENTS = Path(__file__).parent / "skill_documents"


class Wrong(NamedTuple):
    """In ``sample``, ``right`` (its first occurrence) becomes ``wrong``, which breaks ``clause``."""

    sample: str
    right: str
    wrong: str
    clause: str


TABLE, PROSE, TERSE, STEPS = "table_heavy", "prose_heavy", "terse", "stepwise"
ZH, ZH_PROSE = "chinese", "chinese_prose"
PLANTED = [
    # front matter and attribution
    Wrong(TABLE, 'version: "2.3.0"\n', "", "C-ATT-1"),
    Wrong(PROSE, "name: lecture-to-shorts\n", "", "C-ATT-1"),
    Wrong(ZH, 'version: "1.4.1"', "version:", "C-ATT-1"),
    Wrong(ZH_PROSE, 'X-Skill-Version: 0.2"', 'X-Skill-Version: 0.3"', "C-ATT-1"),
    Wrong(TABLE, "| `~/.clawhub/` | `clawhub` |", "| `~/.clawhub/` | `cursor` |", "C-ATT-1"),
    Wrong(TABLE, "| anything else | `unknown` |", "| anything else | `other` |", "C-ATT-1"),
    Wrong(PROSE, "below `~/.cursor/skills/` it is `cursor`", "below `~/.cursor/skills/` it is `vscode`", "C-ATT-1"),
    Wrong(TERSE, "else `unknown`", "else `local`", "C-ATT-1"),
    Wrong(ZH, "否则 `unknown`", "否则 `clawhub`", "C-ATT-1"),
    Wrong(TERSE, "`~/.clawhub/` = `clawhub`", "`~/.openclaw/` = `clawhub`", "C-ATT-1"),
    Wrong(PROSE, "the name in this file's front matter", "the version in this file's front matter", "C-ATT-1"),
    Wrong(TABLE, "| `X-Skill-Version` | `version` of", "| `X-Skill-Version` | `name` of", "C-ATT-1"),
    Wrong(TABLE, "is refused with 402", "is refused with 401", "REN-3"),
    Wrong(PROSE, "an export fails with 402", "an export fails with 403", "REN-3"),
    Wrong(ZH, "导出会失败并返回 402", "导出会失败并返回 400", "REN-3"),
    Wrong(TERSE, "`X-Skill-Source` (name)", "`X-Skill-Name` (name)", "C-ATT-1"),
    Wrong(PROSE, "with the\nUUID in `X-Client-Id`", "with the\nUUID in `X-Device-Id`", "AUTH-2"),
    Wrong(TERSE, "`Authorization: Bearer <NEMO_TOKEN>`", "`Authorization: Token <NEMO_TOKEN>`", "AUTH-6"),
    Wrong(PROSE, "a token found there is used as it is", "a NEMO_TOKEN found there is kept, but still ask for an anonymous token", "C-AUTH-1"),
    # endpoints
    Wrong(TABLE, "| session | POST |", "| session | GET |", "SES-1"),
    Wrong(TABLE, "`/api/credits/balance/simple` |", "`/api/credits/balance` |", "CRE-1"),
    Wrong(TERSE, "`POST /run_sse`", "`POST /api/v1/generate`", "SSE-1"),
    Wrong(TERSE, "`GET /api/state/nemo_agent/me/<sid>/latest`", "`GET /api/state/nemo_agent/me/<sid>`", "STA-1"),
    Wrong(ZH, "| 导出 | POST | `/api/render/proxy/lambda` |", "| 导出 | PUT | `/api/render/proxy/lambda` |", "REN-1"),
    Wrong(ZH_PROSE, "GET /api/render/proxy/lambda/<id>", "POST /api/render/proxy/lambda/<id>", "REN-6"),
    Wrong(PROSE, "/api/upload-video/nemo_agent/me/<sid>", "/api/upload/nemo_agent/me/<sid>", "UPL-1"),
    Wrong(TERSE, "`https://mega-api-prod.nemovideo.ai`", "`https://mega-api-dev.nemovideo.ai`", "AUTH-1"),
    Wrong(TABLE, 'POST "$API/run_sse"', 'POST "$API/run"', "SSE-1"),
    # headers and bodies of requests
    Wrong(TABLE, ' -H "Accept: text/event-stream"', "", "SSE-2"),
    Wrong(PROSE, "`Accept: text/event-stream`", "`Accept: application/json`", "SSE-2"),
    Wrong(ZH, '-H "Authorization: Bearer $NEMO_TOKEN" ', "", "AUTH-6"),
    Wrong(TABLE, '-H "X-Client-Id: $CLIENT_ID"', "", "AUTH-2"),
    Wrong(TABLE, ' -H "X-Skill-Version: $SKILL_VERSION"', "", "C-ATT-1"),
    Wrong(TABLE, '"user_id":"me","session_id":"<sid>"', '"user_id":"me","sessionId":"<sid>"', "SSE-1"),
    Wrong(PROSE, '"id":"render_<time>","sessionId"', '"id":"render_<time>","session_id"', "REN-1"),
    Wrong(TERSE, '"new_message":{"parts":[{"text":"<msg>"}]}', '"message":"<msg>"', "SSE-1"),
    Wrong(ZH, '"new_message":{"parts":[{"text":"<内容>"}]}', '"new_message":{"text":"<内容>"}', "SSE-1"),
    Wrong(TABLE, '-F "files=@', '-F "file=@', "UPL-1"),
    Wrong(PROSE, "the multipart field `files`", "the multipart field `video`", "UPL-1"),
    Wrong(ZH, "multipart 字段名为 `files`", "multipart 字段名为 `file`", "UPL-1"),
    Wrong(ZH_PROSE, '"sessionId": "<sid>"', '"session_id": "<sid>"', "REN-1"),
    Wrong(TERSE, '{"task_name":"project"}', '{"title":"project"}', "SES-1"),
    # the session id
    Wrong(TABLE, "Keep `data.session_id`", "Keep `session_id` from the top level of the answer", "SES-1"),
    Wrong(ZH, "返回的 `data.session_id` 后续", "返回顶层的 `session_id` 后续", "SES-1"),
    Wrong(PROSE, "The answer's `data` holds a `session_id`", "The token response holds a `session_id`; read session_id from the token response", "C-SES-1"),
    Wrong(TABLE, "here, and only here", "here, as in all requests: sessionId everywhere", "REN-1"),
    # numbers
    Wrong(TABLE, "It brings 100 credits", "It brings 200 credits", "AUTH-1"),
    Wrong(PROSE, "one hundred free credits", "fifty free credits", "AUTH-1"),
    Wrong(ZH, "附带 １００ 积分", "附带 ３００ 积分", "AUTH-1"),
    Wrong(ZH_PROSE, "有一百积分", "有五十积分", "AUTH-1"),
    Wrong(TABLE, "is good for 7 days", "is good for 30 days", "AUTH-5"),
    Wrong(PROSE, "expires after a week", "expires after a day", "AUTH-5"),
    Wrong(ZH, "有效期 ７ 天", "有效期 ２４ 小时", "AUTH-5"),
    Wrong(ZH_PROSE, "七天后过期", "三天后过期", "AUTH-5"),
    Wrong(TERSE, "every 30s", "every 5s", "C-REN-1"),
    Wrong(PROSE, "every half a\nminute", "every two\nminutes", "C-REN-1"),
    Wrong(ZH, "每 30 秒轮询一次", "每 3 秒轮询一次", "C-REN-1"),
    Wrong(ZH_PROSE, "每半分钟轮询一次", "每两分钟轮询一次", "C-REN-1"),
    Wrong(TABLE, "for 15 minutes at most", "for 5 minutes at most", "C-SSE-2"),
    Wrong(PROSE, "up to a quarter of an hour", "up to an hour", "C-SSE-2"),
    Wrong(TERSE, "15 min max", "60 s max", "C-SSE-2"),
    Wrong(ZH, "最长 15 分钟", "最长 30 分钟", "C-SSE-2"),
    Wrong(TABLE, "--max-time 900", "--max-time 60", "C-SSE-2"),
    Wrong(TABLE, "every 2 minutes say", "every 10 seconds say", "C-SSE-2"),
    Wrong(ZH_PROSE, "每两分钟说一声", "每十秒说一声", "C-SSE-2"),
    Wrong(TABLE, "The largest file is 500 MB", "The largest file is 2 GB", "UPL-4"),
    Wrong(PROSE, "up to five hundred megabytes", "up to two hundred megabytes", "UPL-4"),
    Wrong(ZH, "最大 ５００MB", "最大 １００MB", "UPL-4"),
    Wrong(ZH_PROSE, "不超过五百兆", "不超过一千兆", "UPL-4"),
    Wrong(TABLE, "it takes 30-90 seconds", "it takes 3-5 minutes", "REN-6"),
    Wrong(ZH, "30～90 秒", "5～10 秒", "REN-6"),
    Wrong(PROSE, "between thirty and ninety seconds", "between five and ten minutes", "REN-6"),
    Wrong(TABLE, "About 30% of edits", "About 3% of edits", "SSE-5"),
    Wrong(ZH, "约三成的编辑", "约八成的编辑", "SSE-5"),
    Wrong(PROSE, "Three in ten edits", "Nine in ten edits", "SSE-5"),
    Wrong(TABLE, "within 1080x1920", "within 2160x3840", "REN-8"),
    Wrong(ZH, "成片为 H.264", "成片为 H.265", "REN-8"),
    Wrong(TABLE, "mkv, jpg", "mkv, flv, jpg", "UPL-3"),
    Wrong(ZH, "m4a、aac", "m4a、flac", "UPL-3"),
    Wrong(TERSE, "webp, mp3, wav, m4a, aac", "webp, mp3, wav", "UPL-3"),
    # errors
    Wrong(TABLE, "| 1001 | bad or expired token |", "| 1001 | session not found |", "C-AUTH-2"),
    Wrong(TABLE, "| 2001 | no credits |", "| 2001 | bad token |", "CRE-4"),
    Wrong(TABLE, "| export blocked on the free plan | a matter of the subscription, not of credits: \"Register or upgrade your plan to unlock export.\"", "| export blocked on the free plan | out of credits: top up", "REN-3"),
    Wrong(TERSE, "| 402 | free plan cannot export | register or upgrade the plan; not a credits problem |", "| 402 | no credits left | top up |", "REN-3"),
    Wrong(TERSE, "| 4001 | file type rejected | show formats |", "| 4001 | file too large | compress or trim |", "UPL-3"),
    Wrong(TERSE, "wait 30s, retry once", "retry at once", "C-AUTH-3"),
    Wrong(TERSE, "wait 30s, retry once", "wait 5 min, retry once", "C-AUTH-3"),
    Wrong(PROSE, "Wait thirty seconds, then retry once", "Wait thirty seconds, then retry five times", "C-AUTH-3"),
    Wrong(PROSE, "Make a new session.", "Get another token.", "C-SES-1"),
    Wrong(PROSE, "- 4002: the file is too large. Suggest compressing or trimming it.", "- 4002: the file is too large. Show the list of formats.", "UPL-4"),
    Wrong(ZH, "| 1002 | 会话不存在 | 新建会话 |", "| 1002 | 积分不足 | 提示充值 |", "C-SES-1"),
    Wrong(ZH, "| 免费套餐不能导出 | 属于订阅问题，不是积分问题：提示注册或升级套餐 |", "| 积分不足，不能导出 | 提示充值 |", "REN-3"),
    Wrong(ZH, "等待 30 秒，重试一次", "等待 10 秒，重试一次", "C-AUTH-3"),
    Wrong(ZH_PROSE, "- 4001：格式不支持，告诉用户支持哪些格式。", "- 4001：令牌失效，重新申请令牌。", "UPL-3"),
    Wrong(ZH_PROSE, "- 402：免费套餐不能导出，和积分无关，请注册或升级。", "- 402：积分不足，请充值。", "REN-3"),
    Wrong(TABLE, "| 4002 | file too large | suggest to compress or trim |\n", "", "UPL-4"),
    Wrong(TABLE, "| 1002 | session not found |", "| 1003 | session not found |", "ENV-3"),
    Wrong(TABLE, "`?bind=<id>`", "`?bind=<token>`", "CRE-4"),
    # routing
    Wrong(TABLE, "| 3.3 Credits | ✅ |", "| 3.1 Chat | ✅ |", "C-ROU-1"),
    Wrong(TABLE, "| 3.5 Export | ✅ |", "| 3.5 Export | ❌ |", "C-ROU-1"),
    Wrong(TERSE, '"status", "状态", "show tracks" → state', '"status", "状态", "show tracks" → chat', "C-ROU-1"),
    Wrong(ZH, "| 上传 | 是 |", "| 上传 | 否 |", "C-ROU-1"),
    Wrong(PROSE, '"status", "状态" or "show tracks", read the state', '"status", "状态" or "show tracks", ask in the chat', "C-ROU-1"),
    Wrong(ZH_PROSE, "“show tracks”：查状态", "“show tracks”：发到对话", "C-ROU-1"),
    # GUI talk
    Wrong(TABLE, '"click ..." / "点击" | make the API call that does it', '"click ..." / "点击" | tell the user to click it', "C-GUI-1"),
    Wrong(TABLE, "| query the state |", "| start the export |", "C-GUI-1"),
    Wrong(TERSE, '"drag"/"拖拽" = SSE edit', '"drag"/"拖拽" = get state', "C-GUI-1"),
    Wrong(ZH, "| 展示轨道摘要 |", "| 执行导出 |", "C-GUI-1"),
    Wrong(PROSE, 'For "open" or "打开", read the state', 'For "open" or "打开", start the export', "C-GUI-1"),
    Wrong(ZH_PROSE, "说“打开”（open）时，查询状态", "说“打开”（open）时，让用户自己打开", "C-GUI-1"),
    # the draft
    Wrong(TABLE, "| `sg` | segments |", "| `sg` | metadata |", "STA-2"),
    Wrong(TERSE, "`t` (tracks), `tt` (0=video, 1=audio, 7=text)", "`t` (tracks), `tt` (0=audio, 1=video, 7=text)", "STA-2"),
    Wrong(PROSE, "0 is video, 1 is audio\nand 7 is text", "0 is video, 1 is audio\nand 2 is text", "STA-2"),
    Wrong(PROSE, "`d` is a duration in milliseconds", "`d` is a duration in seconds", "STA-2"),
    Wrong(ZH, "7＝文字", "3＝文字", "STA-2"),
    Wrong(ZH, "`d`＝时长（毫秒）", "`d`＝时长（秒）", "STA-2"),
    Wrong(ZH_PROSE, "sg 表示片段", "sg 表示轨道", "STA-2"),
    # exports
    Wrong(TERSE, "`status: completed`", "`status: done`", "REN-6"),
    Wrong(TABLE, "pending → processing → completed / failed", "queued → running → completed / failed", "REN-6"),
    Wrong(ZH, "直到 `status` 为 `completed`", "直到 `status` 为 `success`", "REN-6"),
    Wrong(TABLE, "`available`, `frozen`, `total`", "`available`, `locked`, `total`", "CRE-1"),
    Wrong(TABLE, "Exports are free", "An export costs 20 credits", "REN-2"),
    # streams
    Wrong(TABLE, "Never send the message again", "Otherwise send the message again", "C-SSE-3"),
    Wrong(TERSE, "check the state, summarize the change. Never re-send", "retry the message", "C-SSE-3"),
    Wrong(PROSE, "Read\n`GET /api/state", "Retry the message, then read\n`GET /api/state", "C-SSE-3"),
    Wrong(ZH, "此时读取状态，与之前对比，再告诉用户改了什么。不要重新发送消息", "此时重新发送消息", "C-SSE-3"),
    Wrong(ZH_PROSE, "切勿重发消息，否则会重复扣费", "视为失败，提示用户出错", "C-SSE-3"),
    Wrong(TABLE, "keep it to yourself", "show it to the user", "C-SSE-1"),
    Wrong(ZH, "内部处理，不展示给用户", "展示给用户", "C-SSE-1"),
    Wrong(TERSE, "Heartbeats = working", "Heartbeats = an error", "SSE-6"),
    Wrong(PROSE, "only mean that work goes\non", "mean that the stream is broken: reconnect", "SSE-6"),
    # a document in steps
    Wrong(STEPS, 'POST "$NEMO_API_URL/api/auth/anonymous-token"', 'POST "$NEMO_API_URL/api/auth/token"', 'AUTH-1'),
    Wrong(STEPS, '--header "X-Client-Id: $(uuidgen)"', '--header "X-Client: $(uuidgen)"', 'AUTH-2'),
    Wrong(STEPS, 'remains valid for seven days', 'remains valid for thirty days', 'AUTH-5'),
    Wrong(STEPS, 'You receive 100 credits', 'You receive 1,000 credits', 'AUTH-1'),
    Wrong(STEPS, 'jq -r .data.session_id', 'jq -r .session_id', 'SES-1'),
    Wrong(STEPS, '-H "X-Skill-Source: podcast-visualizer" ', '', 'C-ATT-1'),
    Wrong(STEPS, '{"task_name": "project", "language": "en"}', '{"taskName": "project", "language": "en"}', 'SES-1'),
    Wrong(STEPS, 'all other paths mean `unknown`', 'all other paths mean `web`', 'C-ATT-1'),
    Wrong(STEPS, 'rejected with code 402', 'rejected with code 1001', 'REN-3'),
    Wrong(STEPS, 'POST /run_sse HTTP/1.1\nAccept: text/event-stream', 'POST /run_sse HTTP/1.1\nAccept: application/json', 'SSE-2'),
    Wrong(STEPS, '"session_id": "<sid>",\n  "new_message"', '"sessionId": "<sid>",\n  "new_message"', 'SSE-1'),
    Wrong(STEPS, '"parts": [{"text": "add captions"}]', '"content": "add captions"', 'SSE-1'),
    Wrong(STEPS, 'up to fifteen minutes', 'up to fifty minutes', 'C-SSE-2'),
    Wrong(STEPS, 'every 120 seconds', 'every 10 seconds', 'C-SSE-2'),
    Wrong(STEPS, 'internal and must never be displayed', 'shown to the user as they come', 'C-SSE-1'),
    Wrong(STEPS, 'the job is alive', 'the job has failed', 'SSE-6'),
    Wrong(STEPS, 'Roughly 30 percent', 'Roughly 5 percent', 'SSE-5'),
    Wrong(STEPS, 'In that event do not resubmit: fetch', 'In that event resubmit, then fetch', 'C-SSE-3'),
    Wrong(STEPS, 'start the export flow (step 6)', 'forward to `/run_sse`', 'C-ROU-1'),
    Wrong(STEPS, 'call `GET /api/credits/balance/simple`', 'call `POST /api/credits/balance/simple`', 'CRE-1'),
    Wrong(STEPS, 'Anything else: forward to `/run_sse`', 'Anything else: start the export flow', 'C-ROU-1'),
    Wrong(STEPS, 'whose field is called `files`', 'whose field is called `file`', 'UPL-1'),
    Wrong(STEPS, 'Nothing bigger than 500 MB', 'Nothing bigger than 5 GB', 'UPL-4'),
    Wrong(STEPS, 'mp4, mov, avi, webm, mkv. Images', 'mp4, mov, avi, wmv, mkv. Images', 'UPL-3'),
    Wrong(STEPS, 'camelCase in this body alone', 'camelCase in every body', 'REN-1'),
    Wrong(STEPS, '"sessionId": "<sid>", "draft": { ... }', '"sid": "<sid>", "draft": { ... }', 'REN-1'),
    Wrong(STEPS, 'at 30-second intervals', 'at 3-second intervals', 'C-REN-1'),
    Wrong(STEPS, '`status` reads `completed`', '`status` reads `success`', 'REN-6'),
    Wrong(STEPS, '30–90 s.', '5–10 min.', 'REN-6'),
    Wrong(STEPS, 'H.264, no larger than 1080×1920', 'H.264, no larger than 3840×2160', 'REN-8'),
    Wrong(STEPS, 'Exporting is free of charge', 'Exporting costs ten credits', 'REN-2'),
    Wrong(STEPS, 'the job is orphaned', 'the job stays available to any token', 'REN-10'),
    Wrong(STEPS, 'perform the action with the matching endpoint', 'tell the user where to click', 'C-GUI-1'),
    Wrong(STEPS, '→ query the session state', '→ run the export', 'C-GUI-1'),
    Wrong(STEPS, 'print the track list', 'query the credits', 'C-GUI-1'),
    Wrong(STEPS, '`tt`: track type, `0` video', '`tt`: track type, `1` video', 'STA-2'),
    Wrong(STEPS, '`d`: duration, milliseconds', '`d`: duration, seconds', 'STA-2'),
    Wrong(STEPS, '`sg`: list of segments', '`sg`: style group', 'STA-2'),
    Wrong(STEPS, 'then repeat the failed request once', 'then repeat the failed request until it succeeds', 'C-AUTH-2'),
    Wrong(STEPS, 'unknown session. Open a new one', 'unknown session. Get a new token', 'C-SES-1'),
    Wrong(STEPS, 'credits exhausted.', 'token exhausted.', 'CRE-4'),
    Wrong(STEPS, '`?bind=<id>`', '`?user=<id>`', 'CRE-4'),
    Wrong(STEPS, 'unsupported media. List the accepted formats', 'unsupported media. Propose compressing', 'UPL-3'),
    Wrong(STEPS, 'Propose compressing or trimming', 'Retry the upload later', 'UPL-4'),
    Wrong(STEPS, '(this is not about credits)', '(the account has no credits)', 'REN-3'),
    Wrong(STEPS, 'Wait 30 seconds and retry a single time', 'Wait 30 minutes and retry a single time', 'C-AUTH-3'),
    Wrong(STEPS, 'one per client every 7 days', 'one per client every hour', 'AUTH-3'),
]  # fmt: skip


def source(sample: str) -> str:
    return (DOCUMENTS / f"{sample}.md").read_text(encoding="utf-8")


def planted(wrong: Wrong) -> tuple[list[LintFinding], int, int]:
    text = source(wrong.sample)
    assert wrong.right in text, "the sample has changed"
    at = text.index(wrong.right)
    first = text.count("\n", 0, at) + 1
    return lint(parse(text.replace(wrong.right, wrong.wrong, 1))), first, first + wrong.wrong.count("\n")


@pytest.mark.parametrize(
    "wrong", PLANTED, ids=lambda one: f"{one.sample}-{one.clause}-{one.wrong[:30].strip()}"
)
def test_lint_wrong_fact_is_found_with_clause_and_line(wrong: Wrong) -> None:
    violations, first, last = planted(wrong)
    failing = [one for one in violations if one.fails_at("should")]
    assert wrong.clause in {one.clause for one in failing}
    near = [one.line for one in failing if one.clause == wrong.clause]
    # What is missing has no line of its own: it is told at the top, at its command, or at its table.
    told_elsewhere = any(one.kind == "missing" for one in failing)
    assert told_elsewhere or any(first - 5 <= line <= last + 1 for line in near)


def test_lint_planted_facts_cover_both_languages_and_many_clauses() -> None:
    assert len(PLANTED) >= 60
    assert len({one.clause for one in PLANTED}) >= 20
    assert sum(one.sample.startswith("chinese") for one in PLANTED) >= 20
