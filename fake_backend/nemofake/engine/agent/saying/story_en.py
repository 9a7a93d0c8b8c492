"""What is said in English of texts, order and clips, and in talk: a topic, and under it its sentences."""

from __future__ import annotations

STORY = """
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
    That is after the end: the film is only {length_ms} long. I changed nothing.
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
    I added {subtitles} ({tongue}).
    The film has {subtitles} now, in {tongue}.
subtitles.replaced
    I made the subtitles anew: {subtitles}, in {tongue}.
subtitles.no_clip
    There is no clip to subtitle.
subtitles.no_speech
    I heard nothing there that could be subtitled.
remove.everything
    The timeline is empty again.
remove.track
    I removed the {track} track.
remove.clip
    I removed {clip}, {removed_ms}; the film now runs {length_ms}.
remove.music
    I removed the music.
    The music is gone.
remove.title
    I removed the title.
    The title is gone.
remove.lower third
    I removed the lower thirds.
remove.subtitles
    I removed the subtitles.
remove.video
    I removed the video track.
remove.sound
    I removed the sound.
remove.text
    I removed {quote_text}.
remove.effects
    I took the effects off.
remove.transitions
    I took the transitions out.
remove.look
    The colors are as they were recorded.
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
    I do not find that track; there are {tracks}.
track.ask
    Which track do you mean? There are {tracks}.
clips.moved
    The clips have their new order, {clips} in all.
clips.there
    The clips stand like that already.
clips.too_few
    There is nothing to reorder with {clips}.
clips.ask
    Which clip should go where? There are {clips}.
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
append.no_files
    You have not uploaded anything yet.
nothing
    There is nothing to edit yet. Upload some footage, or tell me what clip to make.
    The timeline is empty. Send me footage or describe a clip, and I will begin.
greeting
    Hello! I edit videos with you: I make clips, cut pauses, grade colors, add titles, music and subtitles.
    Hi there! Tell me what your film should become.
thanks
    You are welcome!
    Glad you like it.
unknown
    I am not sure what you would like me to do. You could say "cut the silences" or "add a title".
    I did not quite get that. Tell me what to cut, add or change.
declined
    All right, I leave that as it is.
    Understood, I changed nothing.
language
    From now on I speak {tongue}.
    Sure, let us go on in {tongue}.
export
    Your film is ready, {length_ms} long.
    All set: {length_ms} of film.
export.empty
    There is no film yet.
question.help
    I make clips from a description, cut silences and time ranges, change speed, grade colors, add titles, \
lower thirds, subtitles, music, effects and transitions, and I sort, mute and remove tracks.
question.cost
    Making a clip costs credits, editing is charged once per project, and saving the finished film is free.
question.formats
    You can upload mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a and aac, up to 500 MB a file.
question.export
    You get the finished film as an MP4 file.
question.other
    I can only answer questions about your film and about what I do.
question.empty
    The timeline is empty; {files} uploaded so far.
question.length
    Your film is {length_ms} long, made of {clips}.
    It runs {length_ms} ({clips}).
question.tracks
    There are {tracks}: {quote_summary}; {length_ms} in all.
question.music
    The music is {style} at {volume_share}.
question.music.none
    There is no music yet.
question.titles
    There are {texts}; the first says {quote_text}.
question.titles.none
    There is no title yet.
question.subtitles
    There are {subtitles}.
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
"""
