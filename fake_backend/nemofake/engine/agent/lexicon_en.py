"""English words and what they can mean; phrases are matched longest first."""

from __future__ import annotations

from . import concepts as c

# Meaning -> phrases, separated by commas. A phrase may stand under several meanings.
WORDS: dict[int, str] = {
    # Words that a clause may hold without saying more by them.
    0: """
        away, anything, a, an, some, any, to, of, in, on, at, for, by, as, into, onto, off, out, over,
        through, during, within, please, pls, plz, kindly, could, can, would, will, shall, may, might,
        you, i, we, me, us, i'd, i'll, we'll, we'd, you're, be, being, been, do, let, should, let's,
        lets, go, ahead, ok, okay, well, sure, yes, yeah, yep, so, really, very, bit, little, now,
        right now, again, there, here, too, maybe, perhaps, thing, one that, kind, sort of, more, nice,
        good, nicely, like to, able, get, gets, got, have, having, hello there, don't forget to,
        do not forget to, why not, how about, what about, is it possible to, gonna, try to,
        would it be possible to, not only, as well, at all, of course, want to, wanna, need to, needs to,
        like, to be, please do, if you can, if possible, if you could, if you please, would you mind,
        mind, for me, for us, quickly, slightly, u, straight, simply, back to, so that it, all the way,
        total, in total, whole, entire, corner, just now, currently, today, first of, around, about,
        roughly, approximately, exactly, another, different, piece, to something, into something,
        something more, such, own, everyone, everybody, guys, buddy, dear, nemo, video ai, than before,
        ever, actually, basically, finally please, at least, only please, along, to play, playing
    """,
    c.UNKNOWN: """
        sound effect, sound effects, voiceover, voice over, background color, background colour,
        no longer, not too, not so, green screen, watermark, clean it up, clean this up, clean up, tidy up
    """,
    c.ADD | c.SHOW: "show, display, showing, displaying",
    c.EACH: "each, every, both, all, all of, both of, each of",
    c.OWN: """
        my own, from my, of my, my raw, raw, out of this, out of it, from this, from these, of these,
        of this, from the footage, from what i uploaded, out of these, out of my, of the footage,
        from the clips, with my clips, with my footage, from my footage, using my footage,
        using my clips, from the upload, from the uploads, from the video, out of the footage,
        out of the clips, from it, with these, existing
    """,
    c.OWN | c.VIDEO: """
        own footage, my footage, my video, my videos, original footage, this footage, the footage,
        my files, my uploads, my material, raw footage, raw video, my raw footage, my raw video,
        my recording, my recordings
    """,
    c.OWN | c.CLIP: "my clips, these clips, my shots",
    c.TRAILER: """
        trailer, teaser, montage, highlight reel, highlights, highlight, highlight video, supercut,
        recap, sizzle reel, compilation, summary, best of, promo, short video, best moments, slideshow,
        edit of, short version
    """,
    c.UNDO: """
        undo, undo it, undo that, undo this, undo the last, undo the last edit, undo the last change,
        undo last edit, undo last change, undo my last edit, undo my last change, revert, revert it,
        revert that, revert the last edit, revert the last change, take that back, go back, step back,
        roll back, undo that please, undo the last step, undo the edit, undo the change, undo my edit,
        click undo, undo everything you just did
    """,
    c.REDO: """
        redo, redo it, redo that, redo the last edit, redo the edit, redo that edit,
        redo the last change, redo the change, redo what i undid, undo the undo, redo the undone edit,
        put it back the way it was, redo my edit, redo last edit
    """,
    c.EDIT: "edit, editing, polish, work on, process, cut together, edit together",
    c.PLAY: "play, preview, watch, playback",
    c.TOUCH: """
        touch, touching, affect, affecting, alter, altering, lose, losing, ruin, changing anything in
    """,
    c.LEAVE: """
        leave alone, alone, untouched, as is, as it is, as they are, unchanged, the way it is, in place,
        intact, unaffected, at normal speed only
    """,
    c.KEEP | c.LEAVE: "leave",
    c.REST: """
        rest, remainder, remaining, the others, everything else, the remaining, rest of, other parts
    """,
    c.EXCEPT: """
        except, except for, apart from, other than, excluding, outside of, outside, everything but,
        all but, besides, aside from
    """,
    c.EXCEPT | c.CLIP: "all clips but, every clip but, all shots but, all the clips but, all of them but",
    c.CONDITION: """
        if, unless, only if, only when, when, whenever, in case, as long as, provided, until i say,
        assuming, otherwise, or else, depending, whether, as soon as, wherever, where it
    """,
    c.NEGATIVE: "minus, negative",
    c.BIGGER: """
        bigger, larger, too small, enlarge, increase the size of, increase the size, bigger font, size up
    """,
    c.SMALLER: """
        smaller, too big, too large, shrink, decrease the size of, reduce the size of, smaller font
    """,
    c.RAISE | c.HEIGHT: "higher, higher up",
    c.LOWER | c.HEIGHT: "lower down, further down",
    c.RESOLUTION: """
        4k, 2k, 8k, 1080p, 720p, 2160p, uhd, full hd, hd, mp4, mov, webm, high quality, high resolution,
        resolution, quality, h264
    """,
    c.FROM: "from",
    c.LINK | c.OR: "or, nor",
    c.BETWEEN_THEM: """
        between clips, between the clips, between all clips, between all the clips, between shots,
        between the shots, between each clip, between them, between scenes, between cuts,
        between every clip, between sentences, between words, between my clips, in between,
        between the two clips, between both clips, between, between phrases, between takes
    """,
    c.ADD: """
        subtitle it, add, added, give, gives, adding, insert, inserting, include, including, overlay,
        bring in, apply, applying, use, using, showing up, write, throw in, drop in, slap, attach,
        burn, embed, give it, create a new track
    """,
    c.PUT: "translate, translating, translated, put, place, putting, placing, set up, position, lay",
    c.REMOVE: """
        remove, reset, removed, deleted, removing, delete, deletes, deleting, erase, get rid of,
        getting rid of,
        take out, taking out, scrap, drop, dump, omit, skip, stop, remove the need for, cut away,
        wipe out, zap, axe, take away, take off, strip, strip out, clear, discard, eliminate, cut out,
        ditch, kill, lose the, clean out, edit out, bin, nix
    """,
    c.CUT: """
        cut, cutting, trim, trimming, chop, chop off, shave, shave off, snip, snip off, cut off, lop off,
        crop off, trim off, cut down, crop out
    """,
    c.KEEP: "keep, keeping, retain, preserve, keep just, leave in",
    c.KEEP | c.ONLY: "extract",
    c.ONLY: "only, just, solely, nothing but",
    c.SHORTEN: "shorten, shortening, shorter, condense, compress, shorter by, cut short",
    c.SHORTEN | c.LOWER: "reduce",
    c.EXTEND: "extend, lengthen, prolong, longer, stretch, stretch out",
    c.FASTER: """
        speed up, speeds up, fast, speeding up, faster, accelerate, fast forward, speed it, speed this,
        speed that, speed the, speed my, quicker, timelapse effect, fast motion
    """,
    c.SLOWER: """
        slow down, slowing down, slower, slow motion, slo mo, slow mo, slowmo, slomo, slow it, slow this,
        slow the, slow my, slow that, decelerate
    """,
    c.MUTE: "mute, muted, muting, turn off, switch off, shut off, shut up",
    c.UNMUTE: """
        unmute, unmuting, turn the sound back on, turn the sound on, turn on the sound,
        restore the sound, restore the audio, turn the audio back on, turn on the audio,
        bring back the sound, bring the sound back
    """,
    c.LOWER: """
        lower, decrease, quieter, softer, turn down, down, too loud, not too loud, not so loud,
        less loud, dim down, duck, quiet down, lowering, tone down
    """,
    c.RAISE: "raise, increase, louder, turn up, boost, up, too quiet, amplify, more volume, pump up",
    c.CHANGE: """
        change, changes, changing, replace, replacing, rename, swap out, update, modify, set, switch,
        convert, turn, adjust, correct, fix, rewrite, reword, reformat, retitle, swap in
    """,
    c.MOVE: """
        move, moving, bring, send, shift, drag, reorder, re order, rearrange, reordering, rearranging,
        reposition, sort, order the
    """,
    c.SWAP: "swap, swapping, exchange, switch places, trade places, swap places",
    c.REVERSE: """
        reverse the order, reverse the clip order, reverse clip order, reverse the order of,
        reverse order, reverse the clips, in reverse order
    """,
    c.SPLIT: "split, splitting, divide, slice, cut in two, slice up, split up",
    c.MAKE: "make, making, turn into, turn it into, turn this into, turn my, turn these",
    c.WANT: """
        i want, i need, i'd like, i would like, give me, we need, we want, let's have, how about a,
        i want to, i need to, i'd love, want, need
    """,
    c.GENERATE: "create, creating, produce, producing, film me, shoot me",
    c.AGAIN: """
        regenerate, re generate, try again, retry, redo, redo it, try it again, generate again,
        generate it again, generate that again, generate another version, another version, another take,
        one more take, create it again, make it again, remake, re do, do it again, give it another try,
        try another version, create another version, make another version
    """,
    c.APPEND: "append, appending",
    c.EXPORT: """
        export, exporting, download, downloading, render, rendering, save the video, save my video,
        render out, save it, save, export button, publish
    """,
    c.SPEAK: """
        speak, reply, replies, respond, answer, talk, speak to me, reply to me, talk to me, language
    """,
    c.MUSIC | c.NEW: """
        the song, this song, that song, the mp3, the audio file, the uploaded song, the uploaded music,
        the uploaded track, my song, my music, my own song, my own music, my audio track, my track,
        my tune, my mp3, uploaded song, uploaded music, song i uploaded, music i uploaded,
        track i uploaded, audio i uploaded, my audio file, my uploaded song, my uploaded music,
        own music, own song, song that i uploaded, uploaded track, my soundtrack, my beat
    """,
    c.SILENCE: """
        silence, silences, silent parts, silent part, silent bits, silent sections, silent segments,
        silent moments, silent, pause, pauses, dead air, dead space, quiet parts, quiet sections, gaps,
        empty air, quiet bits, moments of silence, silent gaps, awkward pauses, long pauses,
        pauses in speech, breathing room, breathing space, dead spots, empty parts, awkward silences,
        silent spots, stillness
    """,
    c.CUT | c.SILENCE: "jump cut, jump cuts, jumpcut, jumpcuts, tighten up, tighten the edit",
    c.MUSIC: """
        music, bgm, background music, soundtrack, song, songs, tune, score, background track,
        music track, background song, music bed, backing track, instrumental, beats, beat, melody,
        musical background, background musics, bg music, audio bed, bgm track, soundtracks
    """,
    c.SOUND: """
        sound, sounds, audio, voice, original sound, original audio, sound track, audio track, voices,
        clip audio, video sound, video audio, original sounds, original track, original voice, speech,
        narration, sound of the video
    """,
    c.VOLUME: "volume, loudness, audio level, sound level, volume level",
    c.TITLE: """
        title, titles, heading, headline, text, texts, text overlay, title card, banner,
        words on screen, title text, lettering, on screen text,
        text titles, title overlay, label
    """,
    c.TITLE | c.STARTING: """
        intro title, opening title, intro text, intro card, opening text, opening card
    """,
    c.TITLE | c.ENDING: """
        end title, end card, closing title, outro card, outro title, outro text, credits, end
        credits, closing card
    """,
    c.LOWER_THIRD: """
        lower third, lower thirds, lower third title, lower third titles, lower 3rd, lower 3rds,
        name tag, nameplate, name plate, chyron, lower third text, lower third graphics,
        lower third captions, lowerthird
    """,
    c.TITLE | c.TRACK: "titles track, title track, text track",
    c.SUBTITLE | c.TRACK: "subtitle track, caption track",
    c.SUBTITLE: """
        subtitle, subtitles, caption, captions, closed captions, captioning, transcribe, subtitling,
        transcript, auto captions, subs, autocaptions, captioned,
        subtitled
    """,
    c.GRADE: """
        color grade, colour grade, color grading, colour grading, color correct, colour correct,
        color correction, colour correction, grade, grading, look, vibe, feel, style, lut, luts, filter,
        filters, color tone, regrade, color graded, graded, colour tone, colorize, colour, color, colors,
        colours, tint, brighten, darken, tone,
        color treatment, colour treatment
    """,
    c.GRADE | c.GRADE_IT: """
        color grade, colour grade, grade, color correct, colour correct, colorize, regrade, tint, color
    """,
    c.FX: "effect, effects, visual effect, visual effects, vfx, animation effect, special effects",
    c.TRANSITION: "transition, transitions, scene transition, scene transitions",
    c.TRACK: "track, tracks, layer, layers, lane, lanes",
    c.CLIP: """
        clip, clips, shot, shots, scene, scenes, segment, segments, part, section,
        b roll
    """,
    c.VIDEO: """
        video, videos, footage, movie, film, vid, vids, recording, file, files, music video, reel, short,
        upload, uploads, project, piece of footage, material, videoclip, recordings, vlog, movies, films
    """,
    c.NEW: """
        new, fresh, brand new, uploaded, just uploaded, newly uploaded, i uploaded, second upload,
        other uploaded, new upload, my upload, i just uploaded, i've uploaded
    """,
    c.TIMELINE: "timeline, the timeline, my timeline, edit timeline",
    c.SPEED: "speed, playback speed, playback rate, pace, tempo, playback pace",
    c.LENGTH: """
        length, duration, runtime, run time, long is, total time, seconds long, too long, too short,
        long, in length, in duration
    """,
    c.LOWER | c.VOLUME: """
        turn it down, quieter, less loud, too loud, not so loud, not too loud, softer, quiet down
    """,
    c.RAISE | c.VOLUME: "turn it up, louder, too quiet, more volume, amplify",
    c.LENGTH | c.WHAT: "how long, what length, what's the length",
    c.EVERYTHING: """
        everything, all tracks, all clips and tracks, all of it, all the tracks, the whole timeline,
        start over, whole timeline, from scratch
    """,
    c.VERSION: """
        version, orientation, size, dimensions, shape, aspect ratio, aspect, mode, ratio, canvas, crop,
        reframe, resize
    """,
    c.SCREEN: "screen, frame, picture area, of the screen, of the frame",
    c.STARTING: """
        the intro, opening part, start of the video, beginning of the video, start of the clip, start,
        beginning, at the start, at the beginning, intro, from the start, from the beginning, opening,
        to the start, to the beginning, the front, very start, very beginning, off the start,
        to the front
    """,
    c.ENDING: """
        the end, at the end, end, ending, outro, the outro, the back, off the back, tail, close,
        from the end, off the end, at the very end, of the end, very end, to the very end,
        end of the video, end of the clip
    """,
    c.ABOVE: "above, on top of, in front of, before",
    c.BELOW: "below, under, underneath, beneath, behind",
    c.SAYS: """
        saying, that says, that say, say, reads, with the message, with the caption, with the words,
        reading, which says, says, that reads, which reads, called, named
    """,
    c.LINK | c.WITH | c.TITLE | c.SAYS: """
        titled, entitled, with the text, with text, with the words, with the title text, with the title
    """,
    c.HELLO: """
        hello, hi, hey, good morning, good afternoon, good evening, greetings, hiya, howdy, hi there,
        hello there, hey there
    """,
    c.THANKS: """
        thanks, thank you, thx, cheers, great job, well done, love it, looks good, great, cool thanks,
        lovely, excellent, amazing, nice work, awesome, perfect, looks great, good job,
        thank you so much, thanks a lot, bye, goodbye
    """,
    c.HELP: """
        help, what can you do, what do you do, who are you, what are you, how do you work,
        how does this work, your features, your capabilities, what are your features, how do i use you,
        how can you help, what else can you do, help me
    """,
    c.COST: """
        cost, costs, price, prices, pricing, credit, credits, charge, charged, pay, how much is it,
        expensive, free, how much do i have, balance
    """,
    c.FORMAT: """
        formats, file types, file formats, format can i upload, formats do you support, file size,
        how big, upload limit
    """,
    c.WHAT: """
        what, what's, how, how's, why, which, who, whose, when did, where, what if, what happens,
        how many, how much, is there, are there, do i have, do we have, have i, did you, does it, is it,
        does the, is the, are the, do the, was the, does my, is my, how come, tell me about, explain,
        should i, can you tell me, do you know, can i, could i, when is, when does, do you, does your,
        would it, what is, tell me
    """,
    c.STATE: "is, are, was, were, sounds like, looks, looked, seems, wasn't, has, it's, that's, needs",
    c.OPINION: "love, like the, like it, liked, enjoy, hate, beautiful",
    c.DEFINITE: """
        the, this, my, it, that, these, those, our, them, its, your, their, his, her, they, same
    """,
    c.NOT: """
        don't, do not, dont, never, not, avoid, instead of, rather than, doesn't, won't, can't, cannot,
        isn't, aren't, stop adding, refrain from, neither, nothing, none, no need to, shouldn't, mustn't,
        must not, should not
    """,
    c.NOT | c.REMOVE: """
        without, no, i don't want, we don't want, i don't need, don't want, doesn't need, don't need,
        free of
    """,
    c.LINK: """
        and, also, plus, and also, as well as, first of all, while, firstly, to begin with, first off,
        to start with, in addition, besides that
    """,
    c.LINK | c.RESET: """
        then, and then, so then, after that, afterwards, followed by, next, finally, lastly, afterward,
        secondly, thirdly, once done, when done, when you're done, when you are done, after which
    """,
    c.LINK | c.WITH: "with, along with, together with, set to, accompanied by, featuring music, and with",
    c.RESET: "but, instead, however, though",
}
