"""What is said in English of time, sound and picture: a topic, and under it the sentences to choose from."""

from __future__ import annotations

FILM = """
silences.done
    I cut {pauses} out of the footage, {removed_ms} in all; it now runs {length_ms}.
    {pauses} gone, {removed_ms} shorter: your film is now {length_ms} long.
    The silence is out. I removed {pauses}, which took away {removed_ms} and leaves {length_ms}.
silences.none
    I listened through the whole film and found no pauses to cut.
    There are no silent parts left, so I changed nothing.
silences.no_sound
    This footage has no sound, so there are no pauses to find.
silences.all
    The whole film is silent, so cutting the pauses would leave nothing. I left it as it is.
cut.done
    I cut {span}, which is {removed_ms}; the film now runs {length_ms}.
    {removed_ms} gone ({span}). Everything after it moved up, and {length_ms} are left.
cut.all
    That would leave nothing: the film is only {length_ms} long. I left it as it is.
cut.ask
    Which part should go? Tell me from when to when, or how much from the start or the end.
cut.outside
    That is outside the film, which is only {length_ms} long. I changed nothing.
keep.done
    I kept {span} and cut the rest; the film now runs {length_ms}.
    Only {span} is left, {length_ms} in all.
keep.all
    The film is {length_ms} long already, so there is nothing to cut away.
duration.shorter
    The film is now {length_ms} long; I cut {removed_ms} at the end.
    Shortened by {removed_ms} to {length_ms}.
duration.longer
    I let the last clip last {added_ms} longer; the film now runs {length_ms}.
duration.same
    It is exactly that long already, so I changed nothing.
duration.ask
    How long should it be?
duration.too_long
    There is not enough footage for {wanted_ms}: the film has {length_ms}. Slow it down or add a clip first.
clip.missing
    There is no such clip; I count {clips} on the timeline.
clip.ask
    Which clip do you mean? There are {clips}.
split.done
    I split the clip at {at_ms}.
split.ask
    At what time should I split it?
split.nowhere
    No clip runs through {at_ms}, so there is nothing to split.
speed.faster
    It now plays {factor} times as fast and runs {length_ms}.
    Sped up to {factor}x of before; the film is {length_ms} long now.
speed.slower
    It now plays at {factor}x of its pace before and runs {length_ms}.
    Slowed down to {factor}x; the film is {length_ms} long now.
speed.normal
    Everything plays at its natural pace again; the film runs {length_ms}.
speed.same
    It plays at its natural pace already.
speed.extreme
    I can play clips between 0.1 and 16 times their own pace; that would be outside it.
speed.no_clip
    There is no clip whose pace I could change.
music.done
    I put {style} music under the film at {volume_share}.
    {style} music is in, at {volume_share} volume.
music.replaced
    I replaced the music with {style} at {volume_share}.
    The music is now {style}, at {volume_share} volume.
music.no_song
    You have not uploaded a song yet. Send me one, or name a style.
music.none
    There is no music on the timeline, so I changed nothing.
sound.none
    There is no sound on it that I could change.
sound.same
    It is like that already, so I changed nothing.
volume.music
    The music is at {volume_share} now.
    I set the music to {volume_share}.
volume.sound
    The clips' own sound is at {volume_share} now.
volume.all
    The volume is at {volume_share} now.
volume.ask
    How loud should it be? Give me a percentage.
mute.music
    The music is muted.
mute.sound
    The clips' own sound is muted.
    I muted the original sound.
mute.all
    The sound is muted there.
    I muted it.
unmute.music
    The music can be heard again.
unmute.sound
    The clips' own sound is back.
unmute.all
    The sound is back.
picture.none
    There is no picture on the timeline to work on.
grade.done
    I gave the footage a {look} look ({clips}).
    The colors are graded: {look}, over {clips}.
grade.same
    The footage has a {look} look already.
effect.done
    I added the {effect} effect.
    The {effect} effect is on.
effect.same
    The {effect} effect is on it already.
effect.nothing
    There is nothing of that kind on the timeline to put an effect on.
transition.done
    I put a {transition} transition at {cuts}.
    {cuts} now have a {transition} transition.
transition.single
    There is only one clip, so I put the {transition} transition at its end.
transition.same
    The {transition} transition is there already.
canvas.done
    The picture is now {canvas}.
    I changed the picture to {canvas}.
canvas.same
    The picture is {canvas} already.
"""
