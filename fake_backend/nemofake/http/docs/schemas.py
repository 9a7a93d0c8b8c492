"""The shapes of what is answered, as JSON schemas by name: what /openapi.json calls components."""

from __future__ import annotations

from ...engine.errors import CATALOGUE
from .shapes import Doc, listing, loose, moment, number, record, ref, text, truth, whole

_ID = {"pattern": "^[0-9]{19}$"}
_SIDE = "pixels; 0 for sound"
_JOB = {
    "id": text("the id that it was submitted with"),
    "status": text("how far it is", enum=["pending", "processing", "completed", "failed", "cancelled"]),
    "progress": whole("percent; 100 only when completed", minimum=0, maximum=100),
    "createdAt": moment("when it was submitted"),
    "completedAt": moment("when it was completed"),
    "error": text("why it failed"),
}

SCHEMAS: dict[str, Doc] = {
    "Failure": record(
        "A refusal: `code` is not 0, `data` is null.",
        code=whole("what is wrong", enum=sorted(CATALOGUE)),
        message=text("the same for a human"),
        data={"type": "null"},
    ),
    "Token": record(
        "An anonymous token.",
        token=text("what `Authorization: Bearer …` takes", pattern="^nmv_usr_"),
        user_id=text("the account behind it", pattern="^anon_"),
        credits=whole("credits to begin with", minimum=0),
        expires_at=moment("the end of its 7 days"),
    ),
    "ClaimToken": record(
        "A token for the web: `<web>/workspace/claim?ct=…`.",
        claim_token=text("it opens no API", pattern="^clm_"),
        expires_in=whole("seconds", minimum=0),
    ),
    "NewSession": record(
        "A session and the task it belongs to.",
        task_id=text("19 digits", **_ID),
        session_id=text("19 digits", **_ID),
        user_id=text("its owner"),
    ),
    "Balance": record(
        "Credits; `total` is `available` and `frozen`.",
        available=whole("to spend", minimum=0),
        frozen=whole("held by operations that run", minimum=0),
        total=whole("both", minimum=0),
    ),
    "File": record(
        "A file of a session, as its own headers measure it.",
        media_id=text("its id, which the draft's segments name"),
        filename=text("its name as the client gave it"),
        file_type=text("what it is", enum=["video", "image", "audio"]),
        cdn_url=text("where its bytes are; no token is needed", format="uri"),
        duration=number("seconds; 0 for a still"),
        width=whole(_SIDE, minimum=0),
        height=whole(_SIDE, minimum=0),
        fps=number("frames a second; 0 for pictures and sound"),
        hash=text("SHA-256, hexadecimal"),
        size=whole("bytes", minimum=0),
    ),
    "Uploaded": record(
        "What was added, all of it.",
        files=listing(ref("File")),
        session_state_applied={"const": True},
    ),
    "Draft": loose(
        "The timeline; `{}` before the first edit. Ready for export when some track has a segment.",
        d=number("milliseconds in all"),
        t=listing(ref("Track"), "tracks, the uppermost first in a summary"),
    ),
    "Track": loose(
        "One track.",
        tt=whole("0 video, 1 audio, 7 text"),
        d=number("milliseconds up to its end"),
        m=loose("About it.", name=text("the name a summary shows")),
        sg=listing(ref("Segment"), "segments in order"),
    )
    | {"required": ["sg"]},
    "Segment": loose(
        "One piece of a track.",
        s=number("start, milliseconds"),
        d=number("length, milliseconds"),
        m=loose(
            "About it; more as it applies.",
            name=text("what is shown or heard"),
            text=text("the words of a title"),
            volume=number("a share of 1"),
        ),
    )
    | {"required": ["d"]},
    "Analysis": record(
        "Where a file's sound is silent.",
        media_id=text("the file"),
        filename=text("its name"),
        has_audio=truth("whether it has sound at all"),
        silences=listing(
            record("One silence.", start=whole("milliseconds"), end=whole("milliseconds")),
        ),
    ),
    "Generated": record(
        "A clip that the agent made.",
        media_id=text("its id, which the draft's segments name"),
        name=text("a short name"),
        kind=text("what it is"),
        prompt=text("what was asked for"),
        url=text("where its film is; no token is needed", format="uri"),
        duration=number("seconds"),
        width=whole("pixels"),
        height=whole("pixels"),
    ),
    "SessionState": record(
        "A session with all that is in it.",
        session_id=text("19 digits", **_ID),
        task_id=text("19 digits", **_ID),
        task_name=text("the name it was made with"),
        user_id=text("its owner"),
        state=record(
            "What is in it.",
            draft=ref("Draft"),
            video_infos=listing(ref("File"), "uploaded files"),
            canvas_config=record("The picture.", width=whole("pixels"), height=whole("pixels")),
            video_analyses=listing(ref("Analysis"), "one for each file"),
            generated_media=listing(ref("Generated")),
        ),
    ),
    "Job": record(
        "An export; without envelope.",
        "completedAt",
        "error",
        "output",
        **_JOB,
        output=record(
            "The film of a completed one.",
            url=text("where it is; no token is needed", format="uri"),
            duration=number("seconds"),
            size=whole("bytes", minimum=1),
        ),
    ),
    "NestedJob": record(
        "An export under profile `render-nested`.",
        success={"const": True},
        data=record(
            "The job.", "completedAt", "error", "outputUrl", **_JOB, outputUrl=text("the film", format="uri")
        ),
    ),
    "Event": {
        "description": "What a `data:` line of the stream holds, unless it is empty; under profile `typed`.",
        "oneOf": [
            record("Words for the user.", type={"const": "text"}, content=text("a piece of the reply")),
            record(
                "A tool is called.", type={"const": "tool_call"}, name=text("the tool"), args=loose("How.")
            ),
            record(
                "A tool is done.",
                type={"const": "tool_result"},
                name=text("the tool"),
                result=loose("What came."),
            ),
            record("Still at work.", type={"const": "heartbeat"}),
        ],
    },
}
