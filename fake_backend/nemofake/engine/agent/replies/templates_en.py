"""What the agent says in English: topics, and under each the sentences to choose from.

SAYINGS say what is true of the video; talk of a GUI has its own table (SSE-9), so that a client can take
the one and leave the other. ``{where}`` is the time ranges of an edit, nothing if it was all.
"""

from __future__ import annotations

SAYINGS = """
silences.done
    I cut {pauses} out of the footage, {removed_ms} in all; it now runs {length_ms}.
    {pauses} gone, {removed_ms} shorter: your video is now {length_ms} long.
    The silence is out. I removed {pauses}, which took away {removed_ms} and leaves {length_ms}.
silences.none
    I listened through the whole video and found no pauses to cut.
    There are no silent parts left, so I changed nothing.
silences.no_sound
    This footage has no sound, so there are no pauses to find.
silences.all
    The whole video is silent, so cutting the pauses would leave nothing. I left it as it is.
cut.done
    I cut {span}, which is {removed_ms}; the video now runs {length_ms}.
    {removed_ms} gone ({span}). Everything after it moved up, and {length_ms} are left.
cut.all
    That would leave nothing: the video is only {length_ms} long. I left it as it is.
cut.ask
    Which part should go? Tell me from when to when, or how much from the start or the end.
cut.outside
    That is outside the video, which is only {length_ms} long. I changed nothing.
keep.done
    I kept {span} and cut the rest; the video now runs {length_ms}.
    Only {span} is left, {length_ms} in all.
keep.all
    The video is {length_ms} long already, so there is nothing to cut away.
duration.shorter
    The video is now {length_ms} long; I cut {removed_ms} at the end.
    Shortened by {removed_ms} to {length_ms}.
duration.longer
    I let the last clip last {added_ms} longer; the video now runs {length_ms}.
duration.each
    {clips} are {each_ms} long now; the video runs {length_ms}.
duration.same
    It is exactly that long already, so I changed nothing.
duration.ask
    How long should it be?
duration.too_long
    There is not enough footage for {wanted_ms}: the video has {length_ms}. Slow it down or add a clip first.
clip.missing
    There is no such clip; I count {clips} on the timeline.
clip.ask
    Which clip do you mean? There {is_clips}.
split.done
    I split the clip at {at_ms}.
split.ask
    At what time should I split it?
split.nowhere
    No clip runs through {at_ms}, so there is nothing to split.
speed.faster
    It now plays {factor} times as fast{where} and runs {length_ms}.
    Sped up to {factor}x of before{where}; the video is {length_ms} long now.
speed.slower
    It now plays at {factor}x of its pace before{where} and runs {length_ms}.
    Slowed down to {factor}x{where}; the video is {length_ms} long now.
speed.normal
    It plays at its natural pace again{where}; the video runs {length_ms}.
speed.same
    It plays at its natural pace already.
speed.extreme
    I can play clips between 0.1 and 16 times their own pace; that would be outside it.
speed.no_clip
    There is no clip whose pace I could change.
music.done
    I put {style} music under the video at {volume_share}{where}.
    {style} music is in, at {volume_share} volume{where}.
music.replaced
    I replaced the music with {style} at {volume_share}{where}.
    The music is now {style}, at {volume_share} volume{where}.
music.no_song
    You have not uploaded a song yet. Send me one, or name a style.
music.none
    There is no music on the timeline, so I changed nothing.
sound.none
    There is no sound on it that I could change.
sound.same
    It is like that already, so I changed nothing.
volume.music
    The music is at {volume_share} now{where}.
    I set the music to {volume_share}{where}.
volume.sound
    The clips' own sound is at {volume_share} now{where}.
volume.all
    The volume is at {volume_share} now{where}.
volume.several
    The volume is between {lowest_share} and {volume_share} now, as it was unequal before{where}.
volume.ask
    How loud should it be? Give me a percentage.
mute.music
    The music is muted{where}.
mute.sound
    The clips' own sound is muted{where}.
    I muted the original sound{where}.
mute.all
    The sound is muted there{where}.
    I muted it{where}.
unmute.music
    The music can be heard again{where}.
unmute.sound
    The clips' own sound is back{where}.
unmute.all
    The sound is back{where}.
picture.none
    There is no picture on the timeline to work on.
grade.done
    I gave the footage a {look} look ({clips}){where}.
    The colors are graded: {look}, over {clips}{where}.
grade.same
    The footage has a {look} look already.
effect.done
    I added the {effect} effect{where}.
    The {effect} effect is on{where}.
effect.same
    The {effect} effect is on it already.
effect.nothing
    There is nothing of that kind on the timeline to put an effect on.
transition.done
    I put a {transition} transition at {cuts}.
    There is now a {transition} transition at {cuts}.
transition.single
    There is only one clip, so I put the {transition} transition at its end.
transition.same
    The {transition} transition is there already.
canvas.done
    The picture is now {canvas}.
    I changed the picture to {canvas}.
canvas.same
    The picture is {canvas} already.
title.done
    I added the title {quote_text} ({span}, {position}).
    The title {quote_text} is in, {span}.
title.invented
    You gave me no words, so the title says {quote_text} ({span}).
lower_third.done
    I added the lower third {quote_text} ({span}).
    The lower third {quote_text} is in, {span}.
lower_third.invented
    I added a lower third; as you gave me no words it says {quote_text} ({span}).
lower_third.several
    I put a lower third with its name under each clip, {texts} in all, beginning with {quote_text}.
lower_third.same
    The lower thirds are there already.
subtitle.done
    I added the subtitle {quote_text} ({span}).
text.outside
    That is after the end: the video is only {length_ms} long. I changed nothing.
text.unknown
    I found no text {quote_text} on the timeline.
text.none
    There is no such text on the timeline yet.
text.where
    Where should it stand?
text.there
    It stands there already.
text.moved
    I moved the text: {position}.
text.retimed
    {quote_text} now stands there {span}.
text.occupied
    Another text stands there at that time, so I left it.
retitle.done
    I changed {quote_old} to {quote_text}.
    It now says {quote_text} instead of {quote_old}.
retitle.same
    It says {quote_text} already.
retitle.ask
    What should it say?
subtitles.done
    I added {subtitles} ({tongue}){where}.
    The video has {subtitles} now, in {tongue}{where}.
subtitles.replaced
    I made the subtitles anew: {subtitles}, in {tongue}{where}.
subtitles.no_clip
    There is no clip to subtitle.
subtitles.no_speech
    I heard nothing there that could be subtitled.
remove.everything
    The timeline is empty again.
remove.track
    I removed the {track} track.
remove.clip
    I removed {clip}, {removed_ms}; the video now runs {length_ms}.
remove.music
    I removed the music{where}.
    The music is gone{where}.
remove.title
    I removed the title{where}.
    The title is gone{where}.
remove.lower third
    I removed the lower thirds{where}.
remove.subtitles
    I removed the subtitles{where}.
remove.video
    I removed the video track{where}.
remove.sound
    I removed the sound{where}.
remove.text
    I removed {quote_text}{where}.
remove.effects
    I took the effects off{where}.
remove.transitions
    I took the transitions out{where}.
remove.look
    The colors are as they were recorded{where}.
remove.none.music
    There is no music to remove.
remove.none.title
    There is no title to remove.
remove.none.lower third
    There is no lower third to remove.
remove.none.subtitles
    There are no subtitles to remove.
remove.none.video
    There is no video to remove.
remove.none.sound
    There is no sound to remove.
remove.none.text
    There is no such text to remove.
remove.none.effects
    There are no effects to remove.
remove.none.transitions
    There are no transitions to remove.
remove.none.look
    The colors are untouched, so there is nothing to take back.
tracks.ordered
    The tracks are in order: {quote_order}.
tracks.moved
    {track} is now track {place}.
    I moved {track} to place {place}.
tracks.swapped
    I swapped them; {track} is now track {place}.
tracks.there
    The tracks stand like that already.
track.missing
    I do not find that track; there {is_tracks}.
track.ask
    Which track do you mean? There {is_tracks}.
clips.moved
    The clips have their new order, {clips} in all.
clips.there
    The clips stand like that already.
clips.too_few
    There is nothing to reorder with {clips}.
clips.ask
    Which clip should go where? There {is_clips}.
generate.done
    Your clip {quote_text} is ready: {clip_ms}, {canvas}.
    I made {quote_text}, {clip_ms} long at {canvas}.
regenerate.done
    Here is a new take of {quote_text}, {clip_ms} long.
    I made {quote_text} anew, {clip_ms} long.
regenerate.changed
    Here is a new take of {quote_text}, {clip_ms} long, with your change: {quote_change}.
regenerate.nothing
    I have made no clip yet that I could make anew. Tell me what it should show.
append.done
    I put {files} on the timeline ({quote_names}); it now runs {length_ms}.
append.nothing
    Everything you uploaded is on the timeline already.
append.no_image
    There is no picture among your files.
append.no_files
    You have not uploaded anything yet.
nothing
    There is nothing to edit yet. Upload some footage, or tell me what clip to make.
    The timeline is empty. Send me footage or describe a clip, and I will begin.
greeting
    Hello! I edit videos with you: I make clips, cut pauses, grade colors, add titles, music and subtitles.
    Hi there! Tell me what your video should become.
thanks
    You are welcome!
    Glad you like it.
declined
    All right, I leave that as it is.
    Understood, I changed nothing.
language
    From now on I speak {tongue}.
    Sure, let us go on in {tongue}.
export
    Your video is ready, {length_ms} long.
    All set: {length_ms} of video.
export.empty
    There is no video yet.
question.help
    I make clips from a description, cut silences and time ranges, change speed, grade colors, add \
titles, lower thirds, subtitles, music, effects and transitions, and I sort, mute and remove tracks.
question.cost
    Making a clip costs credits, editing is charged once per project, and saving the finished video is free.
question.formats
    You can upload mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a and aac, up to 500 MB a \
file.
question.export
    You get the finished video as an MP4 file.
question.other
    I can only answer questions about your video and about what I do.
question.empty
    The timeline is empty; {files} uploaded so far.
question.length
    Your video is {length_ms} long, made of {clips}.
    It runs {length_ms} ({clips}).
question.tracks
    There {is_tracks}: {quote_summary}; {length_ms} in all.
question.music
    The music is {style} at {volume_share}.
question.music.none
    There is no music yet.
question.titles
    There {is_texts}; the first says {quote_text}.
question.titles.none
    There is no title yet.
question.subtitles
    There {is_subtitles}.
question.subtitles.none
    There are no subtitles yet.
question.silences
    I count {pauses}, {silent_ms} in all.
question.silences.none
    I find no pauses in it.
question.canvas
    The picture is {canvas}.
question.speed
    It plays at {factor}x.
failed
    Something went wrong while I was working on it, and nothing was charged.
silences.shortened
    I shortened {pauses} to {kept_ms} each, {removed_ms} in all; the video now runs {length_ms}.
cut.nothing
    That would leave nothing to do: it covers the whole video. I changed nothing.
volume.clip
    That clip's sound is at {volume_share} now{where}.
text.resized
    The text is at {size_share} of its usual size now.
text.size_limit
    The text cannot get any bigger or smaller than that.
export.unedited
    Nothing is edited yet: {quote_names} is here just as it was uploaded. Tell me what to cut, add or \
change first.
export.size
    Exports go up to 1080×1920 (1920×1080 for a wide picture), as an MP4 file; this one is {canvas}.
undo.done
    I took the last change back; the video now runs {length_ms}.
undo.nothing
    There is nothing to take back.
redo.done
    I made that change again; the video now runs {length_ms}.
redo.nothing
    There is no change that was taken back.
ask.unclear
    What would you like me to do? I can cut, speed up, grade, mute, and add titles, subtitles, music and \
effects.
    I did not quite get that. I can cut, speed up, grade, mute, and add titles, subtitles, music and \
effects.
ask.words
    What do you mean by {quote_words}? I can cut, speed up, grade, mute, and add titles, subtitles, music \
and effects.
    I did not understand {quote_words}. I can cut, speed up, grade, mute, and add titles, subtitles, \
music and effects.
ask.condition
    I cannot decide that for you, so I changed nothing: shall I do it or not? Tell me just the edit, such \
as "mute the music from 5 to 10 s".
ask.negation
    I am not sure what is to be left alone, so I changed nothing. Which edit shall I make? You can cut, \
mute, add or remove.
ask.negative
    A length must be above 0, so I changed nothing. How many seconds should it be?
ask.edit
    What should I do with {quote_names}? I can cut the silences, trim it, grade the colors, or add \
titles, subtitles and music.
ask.footage
    How should I cut {quote_names}? Tell me what to keep and how long it should be, such as "cut it to 30 \
seconds" or "cut the silences"; a new clip needs the word "generate".
ask.no_footage
    There is no footage to cut from yet. Send me a file, or tell me what clip to generate.
"""

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
    Open the Help panel to see what you can do.
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
