"""What the agent says in English.

Sentences in SAYINGS tell what is true of the film; talk of a GUI has its own table (SSE-9), so that a
client can take the one and leave the other.
"""

from __future__ import annotations

from .film_en import FILM
from .story_en import STORY

SAYINGS = FILM + STORY

PANELS = """
timeline
    Preview it in the timeline below.
    Open the Timeline panel to see every track.
    Click the play button to preview it in the timeline.
silences
    Open the Audio panel to see the waveform.
    Preview the new cut in the timeline.
    Drag the clip edges if you want a pause back.
cut
    Drag the edge of a clip to fine-tune the cut.
    Preview it in the timeline below.
    Click Undo in the toolbar if you want it back.
speed
    Open the Speed panel to fine-tune it.
    Drag the speed slider to adjust it.
music
    Open the Audio panel to fine-tune it.
    Drag the volume slider on the track to adjust it.
    Click the speaker icon to listen.
color
    Open the Color panel to adjust it.
    Click Filters to compare it with the original.
effects
    Open the Effects panel to adjust it.
    Click the effect icon on the clip to change it.
transitions
    Click the transition icon between two clips to change it.
    Drag the ends of a transition to make it longer.
canvas
    Open the Canvas panel to choose another ratio.
    Click Fit in the preview window to see all of it.
text
    Open the Text panel to change font and style.
    Double-click the text in the preview window to edit it.
    Drag the text in the preview window to move it.
drag
    Drag the tracks in the timeline to change their order.
    Preview the new order in the timeline.
media
    Click Upload in the Media panel to add files.
    Drag files into the Media panel to begin.
generate
    Preview it in the timeline below.
    Open the Media panel to find it.
    Click Regenerate on the clip to try again.
export
    Click Export in the top right corner to save it.
    Click the Export button and choose 1080p.
start
    Click Upload to begin, or describe a clip.
    Open the Media panel to begin.
help
    Open the Help panel for examples.
    Click an idea on the left to begin.
failed
    Click Retry to run it again.
ending
    When you are happy with it, click Export.
    Click Export in the top right corner to save it.
    Preview it in the timeline, then click Export.
"""

OPENINGS = (
    "All done! ",
    "Done. Here is what changed: ",
    "Everything is in place. ",
)
SPACE = " "
QUOTES = ("“", "”")
SECONDS = ("second", "seconds")
SPAN = "{start}–{end} s"
COUNTS = {
    "pauses": ("pause", "pauses"),
    "clips": ("clip", "clips"),
    "tracks": ("track", "tracks"),
    "texts": ("text", "texts"),
    "subtitles": ("subtitle", "subtitles"),
    "files": ("file", "files"),
    "cuts": ("cut", "cuts"),
}
NAMES = {
    "zh": "Chinese",
    "en": "English",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "ja": "Japanese",
    "ko": "Korean",
    "it": "Italian",
    "pt": "Portuguese",
    "ru": "Russian",
    "ar": "Arabic",
    "hi": "Hindi",
    "nl": "Dutch",
    "zh+en": "Chinese and English",
}
