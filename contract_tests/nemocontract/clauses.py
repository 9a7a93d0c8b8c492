"""What the protocol says, clause by clause, in the suite's own words: the third witness's statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

# Who is bound: the server by these …
SERVER: Final = {
    "ENV-1": "A JSON answer is an envelope of code, message and data; code 0 is success.",
    "ENV-2": "A failure is the same envelope: a code other than 0, words for a person, data null.",
    "ENV-3": "Four-digit codes come with status 200 or, in the strict profile, with their own HTTP status.",
    "ENV-4": "A malformed request is a 400 that names what is wrong; never a 500, never a stack trace.",
    "AUTH-1": "An anonymous token comes with its user id, 100 credits and its end in UTC.",
    "AUTH-2": "A token request without a client id is refused with 400.",
    "AUTH-3": "A client id gets one token in seven days; a further request is 429 with Retry-After.",
    "AUTH-4": "An address gets ten anonymous tokens in seven days.",
    "AUTH-5": "A token is good up to the last millisecond of its seven days and 1001 from then on.",
    "AUTH-6": "Whatever is wrong with a bearer token, the answer is 1001.",
    "AUTH-7": "A token without the scope of a call is refused with 403; anonymous accounts may export.",
    "AUTH-8": "A claim token opens a page of the web site and nothing of the API.",
    "SES-1": "A new session has a task id, a session id of 19 digits, and its user's id.",
    "SES-2": "A session of somebody else's and one that never was are told apart by nothing: 1002.",
    "SES-3": "The user is written `me` or as the token's own user id; another one is 1002.",
    "SSE-1": "A message needs its session and its text; unknown fields are let through.",
    "SSE-2": "A message is answered by an event stream, or by an envelope where it is refused.",
    "SSE-3": "Events are texts, tool calls, tool results, heartbeats and empty lines, in one dialect.",
    "SSE-4": "A stream ends by closing; no event says so.",
    "SSE-5": "About three in ten edits close without text, with the edit done.",
    "SSE-6": "Heartbeats and empty lines come while work goes on.",
    "SSE-7": "Talk takes 5 to 15 s, an edit 10 to 30 s, a generation 100 to 300 s; 15 min is the end.",
    "SSE-8": "A generated clip lands first, and music, title and effects after it.",
    "SSE-9": "Replies speak of buttons and panels, in the session's language.",
    "SSE-10": "A reply may be followed by a text about a temporary issue.",
    "SSE-11": "A client that goes away stops nothing: the work is done, and charged once.",
    "SSE-12": "The same message sent again is another operation, charged again.",
    "SSE-13": "Tools bear the names generate_video_with_seedance and edit_multitrack.",
    "CRE-1": "The balance is available, frozen and total, and the first two add up to the third.",
    "CRE-2": "A generated clip costs 100, editing 50 once a session, talk and export nothing.",
    "CRE-3": "A price is frozen at the start, spent at the end, given back on failure.",
    "CRE-4": "Who has too little is refused with 2001, and nothing is frozen.",
    "CRE-5": "Credits come by grants and go by being spent, and by nothing else.",
    "STA-1": "A state names its session, task and user, and holds draft, media and canvas.",
    "STA-2": "A draft is empty before the first edit, then t, tt, sg, s, d and m.",
    "STA-3": "A draft is ready once a track has a segment.",
    "STA-4": "A timeline is told in one line: count of tracks, then each with its items and times.",
    "UPL-1": "Files come as multipart `files` or as a list of addresses.",
    "UPL-2": "Each file is answered with its name, kind, address and measured figures, and enters the state.",
    "UPL-3": "Thirteen formats are taken; anything else is 4001.",
    "UPL-4": "500 MiB are taken; a byte more is 4002.",
    "UPL-5": "Several files are taken all together or not at all.",
    "UPL-6": "Addresses are taken without being fetched, unless a host is named for it.",
    "REN-1": "An export names its id, sessionId in camelCase, and a draft; output may be left out.",
    "REN-2": "An export costs nothing.",
    "REN-3": "A free plan exports with all three attribution headers, a blocked account never: 402.",
    "REN-4": "An export id that was used before is 409.",
    "REN-5": "A draft that is not ready is 400.",
    "REN-6": "A job goes from pending through processing to its end in 30 to 90 s; progress never falls.",
    "REN-7": "A job is told by id, status, progress and times, and by its output when completed.",
    "REN-8": "The video is H.264 in MP4, within 1080×1920, as long as the draft.",
    "REN-9": "The output address needs no token, the download does; both serve ranges.",
    "REN-10": "A job is known to the token that submitted it, and to no other.",
    "REN-11": "An unknown job is a 404.",
    "REN-12": "A job that has not ended can be cancelled.",
}

# … and the client by these.
CLIENT: Final = {
    "C-AUTH-1": "Uses a token that is set; else asks once, with a client id that stays the same.",
    "C-AUTH-2": "After 1001 gets a new token and repeats the request once; never loops.",
    "C-AUTH-3": "After 429 waits 30 s, tries once more, then reports.",
    "C-ATT-1": "Bears its token and the three attribution headers on every request.",
    "C-SES-1": "Has a session before anything else, and makes a new one on 1002.",
    "C-ROU-1": "Takes exports, credits, status and uploads to their endpoints, all else to the chat.",
    "C-SSE-1": "Shows texts, keeps tools to itself, waits through heartbeats.",
    "C-SSE-2": "Says that it still works every two minutes; gives up after 15 min, or 10 of heartbeats.",
    "C-SSE-3": "After a stream without text reads the state and tells what changed; never silence.",
    "C-SSE-4": "Never sends a message twice; after a broken stream it reads the state, and how often.",
    "C-SSE-5": "Drops a temporary issue that trails a reply.",
    "C-GUI-1": "Turns talk of buttons into what works; words of content stay.",
    "C-REN-1": "Checks the draft, polls every 30 s and ten times at most, retries a failure once.",
    "C-REN-2": "Leaves no half video under the final name.",
    "C-SEC-1": "Lets no token into an address, a log, a recording or a text.",
    "C-UX-1": "Says that it connects and when it is ready; shows no protocol.",
}

# What a client does about a fact of the server's: by the server's clause.
ANSWERED: Final = {
    "SSE-1": "Sends a message with session_id and new_message.parts[0].text.",
    "SSE-2": "Asks for an event stream: Accept: text/event-stream.",
    "STA-4": "Tells the timeline: what is on it, and how long it plays.",
    "CRE-4": "Tells an anonymous user where to register, anybody else to top up.",
    "UPL-3": "Tells which formats are taken.",
    "UPL-4": "Suggests to compress or to trim.",
    "REN-3": "Tells that the plan, not the credits, stands in the way.",
    "REN-4": "Makes a new export id and tries once more.",
}

ALL: Final = {**SERVER, **CLIENT}


# Where a clause comes from: S the skill document, V the vendor's longer documents, A a standard or the
# framework behind the service, D a decision of this project. The first letter is the strongest one.
_SOURCES: Final[Mapping[str, str]] = {
    "S": "AUTH-1 AUTH-2 AUTH-3 AUTH-5 AUTH-6 SES-1 SES-2 SSE-1 SSE-2 SSE-3 SSE-5 SSE-6 SSE-9 CRE-1 "
    "CRE-4 ENV-1 STA-1 STA-2 STA-4 UPL-1 UPL-3 UPL-4 REN-1 REN-3 REN-6 REN-8 REN-10 C-AUTH-1 "
    "C-AUTH-2 C-AUTH-3 C-ATT-1 C-SES-1 C-ROU-1 C-SSE-1 C-SSE-2 C-SSE-3 C-GUI-1 C-REN-1 C-UX-1",
    "V": "ENV-2 AUTH-4 AUTH-7 AUTH-8 SES-3 SSE-4 SSE-7 SSE-8 SSE-10 SSE-11 SSE-12 SSE-13 CRE-2 CRE-3 "
    "CRE-5 STA-3 UPL-2 REN-2 REN-4 REN-7 REN-9 REN-12 C-SSE-4 C-SSE-5 C-SEC-1",
    "D": "ENV-3 ENV-4 UPL-5 UPL-6 REN-5 REN-11 C-REN-2",
}
SOURCES: Final = {clause: letter for letter, clauses in _SOURCES.items() for clause in clauses.split()}

Level = Literal["must", "should", "advice"]
LEVELS: Final[tuple[Level, ...]] = ("must", "should", "advice")  # the strongest first
_LEVEL_OF: Final[Mapping[str, Level]] = {"S": "must", "V": "should", "A": "should", "D": "advice"}
SOURCE_NAMES: Final = {
    "S": "the skill document",
    "V": "the vendor's longer documents",
    "A": "a standard (HTTP, server-sent events, ADK)",
    "D": "a recommendation of this project",
}


def level_of(source: str) -> Level:
    """Return how binding an obligation is, by the letter of its source; an unknown one counts as `must`."""
    return _LEVEL_OF.get(source, "must")
