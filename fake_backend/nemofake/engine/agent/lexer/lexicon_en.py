"""English words and what they can mean; phrases are matched longest first."""

from __future__ import annotations

from . import concepts as c

# Meaning -> phrases, separated by commas. A phrase may stand under several meanings.
WORDS: dict[int, str] = {
    0: """
        don't forget to, do not forget to, why not, how about, what about, not only, is it possible to,
        would it be possible to, no longer, not too, not so, as well, at all, of course, sound effect,
        sound effects, voiceover, voice over, background color, background colour, remove the background
    """,
    c.ADD: """
        add, adds, adding, insert, inserting, include, including, overlay, apply, applying, use, using,
        show, showing up, write, throw in, drop in, slap, attach, display, burn, embed, give it, create a
        new track
    """,
    c.PUT: "put, place, putting, placing, set up, position",
    c.REMOVE: """
        remove, removes, removing, delete, deletes, deleting, erase, get rid of, getting rid of, take out,
        take away, take off, strip, strip out, clear, discard, eliminate, cut out, ditch, undo, kill, lose
        the, clean out, edit out
    """,
    c.CUT: """
        cut, cuts, cutting, trim, trimming, chop, chop off, shave, snip, cut off, trim off, cut down, crop
        out
    """,
    c.KEEP: "keep, keeping, retain, leave, extract, preserve, leave only, keep only, keep just",
    c.ONLY: "only, just, just use, only use",
    c.SHORTEN: "shorten, shortening, shorter, condense, compress",
    c.SHORTEN | c.LOWER: "reduce",
    c.EXTEND: "extend, lengthen, prolong, longer",
    c.FASTER: """
        speed up, speeding up, faster, accelerate, fast forward, speed it, speed this, speed that, speed
        the, speed my, quicker, timelapse effect
    """,
    c.SLOWER: """
        slow down, slowing down, slower, slow motion, slo mo, slow mo, slowmo, slomo, slow it, slow this,
        slow the, slow my, slow that, decelerate
    """,
    c.MUTE: "mute, mutes, muted, muting, turn off, switch off, shut off",
    c.UNMUTE: """
        unmute, unmuting, turn the sound back on, turn the sound on, turn on the sound, restore the sound,
        restore the audio, turn the audio back on, turn on the audio, bring back the sound, bring the
        sound back
    """,
    c.LOWER: """
        lower, decrease, quieter, softer, turn down, down, too loud, not too loud, not so loud, less loud,
        dim down, duck, quiet down, lowering, tone down
    """,
    c.RAISE: "raise, increase, louder, turn up, boost, up, too quiet, amplify, more volume, pump up",
    c.CHANGE: """
        change, changes, changing, replace, replacing, rename, swap out, update, modify, edit, set,
        switch, convert, turn it, turn this, turn the, adjust, correct, fix, rewrite, reword, reformat,
        retitle, alter
    """,
    c.MOVE: """
        move, moving, bring, send, shift, reorder, re order, rearrange, reordering, rearranging,
        reposition, sort, order the
    """,
    c.SWAP: "swap, swapping, exchange, switch places, trade places, swap places",
    c.REVERSE: """
        reverse the order, reverse the clip order, reverse clip order, reverse the order of, reverse
        order, reverse the clips, in reverse order
    """,
    c.SPLIT: "split, splitting, divide, slice, cut in two, cut in half",
    c.MAKE: "make, making, render it, makes",
    c.WANT: "i want, i need, i'd like, i would like, give me, we need, we want, let's have, how about a",
    c.GENERATE: """
        generate, generates, generating, create, creating, produce, producing, synthesize, imagine,
        animate, film me, shoot me, generate a new
    """,
    c.AGAIN: """
        regenerate, re generate, try again, retry, redo, redo it, generate again, generate it again,
        generate that again, generate another version, another version, another take, one more take,
        remake, re do, do it again, give it another try, try another version, create another version, make
        another version
    """,
    c.APPEND: "append, appending",
    c.EXPORT: "export, exporting, download, render, save the video, save my video, render out",
    c.SPEAK: """
        speak, reply, replies, respond, answer, talk, speak to me, reply to me, talk to me, language
    """,
    c.SILENCE: """
        silence, silences, silent parts, silent part, silent bits, silent sections, silent segments,
        silent moments, silent, pause, pauses, dead air, dead space, quiet parts, quiet sections, gaps,
        empty air, quiet bits, moments of silence, silent gaps, awkward pauses, long pauses, pauses in
        speech
    """,
    c.CUT | c.SILENCE: "jump cut, jump cuts, jumpcut, jumpcuts, tighten up, tighten the edit",
    c.MUSIC: """
        music, bgm, background music, soundtrack, song, songs, tune, score, background track, music track,
        background song, music bed, backing track, instrumental, beats, beat, melody, musical background,
        audio bed, bgm track, soundtracks
    """,
    c.SOUND: """
        sound, sounds, audio, voice, original sound, original audio, sound track, audio track, voices,
        clip audio, video sound, original voice, speech, narration, sound of the video
    """,
    c.VOLUME: "volume, loudness, audio level, sound level, volume level",
    c.TITLE: """
        title, titles, heading, headline, text, texts, text overlay, title card, intro title, title track,
        text track, opening title, end title, intro text, banner, words on screen, watermark, title text,
        on screen text, text titles, title overlay, label
    """,
    c.LOWER_THIRD: """
        lower third, lower thirds, lower third title, lower third titles, lower 3rd, lower 3rds, name tag,
        nameplate, name plate, chyron, lower third text, lower third graphics, lower third captions,
        lowerthird
    """,
    c.SUBTITLE: """
        subtitle, subtitles, caption, captions, closed captions, captioning, transcribe, subtitling,
        subtitle track, caption track, transcript, auto captions, subs, autocaptions
    """,
    c.GRADE: """
        color grade, colour grade, color grading, colour grading, color correct, colour correct, color
        correction, colour correction, grade, grading, lut, luts, filter, color tone, colour tone,
        colorize, colour, color, colors, colours, saturation, contrast, brightness, exposure, white
        balance, tint, brighten, darken, tone, color treatment, colour treatment
    """,
    c.FX: "effect, effects, visual effect, visual effects, vfx, animation effect, special effects",
    c.TRANSITION: "transition, transitions, scene transition, scene transitions",
    c.TRACK: "track, tracks, layer, layers",
    c.CLIP: """
        clip, clips, shot, shots, scene, scenes, segment, segments, part, section, image, photo, picture,
        images, photos, pictures, b roll
    """,
    c.VIDEO: """
        video, videos, footage, movie, film, vid, vids, recording, file, files, music video, reel, short,
        upload, project
    """,
    c.NEW: """
        new, uploaded, just uploaded, newly uploaded, i uploaded, second upload, other uploaded, new
        upload, my upload, i just uploaded, i've uploaded
    """,
    c.TIMELINE: "timeline, the timeline, my timeline",
    c.SPEED: "speed, playback speed, playback rate, pace, tempo",
    c.LENGTH: """
        length, duration, runtime, run time, long is, total time, seconds long, too long, too short
    """,
    c.LOWER | c.VOLUME: "turn it down",
    c.RAISE | c.VOLUME: "turn it up",
    c.LENGTH | c.WHAT: "how long, what length",
    c.EVERYTHING: """
        everything, all tracks, all of it, all the tracks, the whole timeline, start over, whole timeline,
        from scratch
    """,
    c.VERSION: """
        version, format, orientation, aspect ratio, aspect, mode, ratio, canvas, crop, reframe, resize
    """,
    c.SCREEN: "screen, frame, picture area, of the screen, of the frame",
    c.STARTING: """
        start, beginning, at the start, at the beginning, intro, from the start, from the beginning,
        opening, to the start, to the beginning, the front, very start, very beginning, off the start, to
        the front
    """,
    c.ENDING: """
        the end, at the end, ending, outro, from the end, off the end, at the very end, of the end, very
        end, to the very end, end of the video, end of the clip
    """,
    c.ABOVE: "above, over the, on top of",
    c.BELOW: "below, under, underneath, beneath",
    c.SAYS: "saying, that says, which says, says, reading, that reads, which reads, called, named",
    c.LINK | c.WITH | c.TITLE | c.SAYS: """
        titled, entitled, with the text, with text, with the words, with the title text, with the title
    """,
    c.HELLO: """
        hello, hi, hey, good morning, good afternoon, good evening, greetings, hiya, howdy, hi there,
        hello there, hey there
    """,
    c.THANKS: """
        thanks, thank you, thx, cheers, great job, well done, nice work, awesome, perfect, looks great,
        good job, thank you so much, thanks a lot, bye, goodbye
    """,
    c.HELP: """
        help, what can you do, what do you do, who are you, what are you, how do you work, how does this
        work, your features, your capabilities, what are your features, how do i use you, how can you
        help, what else can you do, help me
    """,
    c.COST: """
        cost, costs, price, prices, pricing, credit, credits, charge, charged, pay, how much is it,
        expensive, free, how much do i have, balance
    """,
    c.FORMAT: """
        formats, file types, file formats, format can i upload, formats do you support, file size, how
        big, upload limit
    """,
    c.WHAT: """
        what, what's, how, how's, why, which, who, whose, when did, where, what if, what happens, how
        many, how much, is there, are there, do i have, do we have, have i, did you, does it, is it, does
        the, is the, are the, do the, was the, does my, is my, how come, tell me about, explain, should i
    """,
    c.STATE: "is, are, was, were, sounds like, looks, looked, seems, isn't, wasn't, aren't, has",
    c.OPINION: "love, like the, like it, liked, enjoy, hate, beautiful",
    c.DEFINITE: "the, this, my, it, that, these, those, our, them, its, your, each, both",
    c.NOT: """
        don't, do not, dont, never, without, no, not, avoid, skip, skip the, instead of, rather than,
        except, except for, leave out, other than, doesn't need, doesn't
    """,
    c.LINK: """
        and, then, and then, also, plus, and also, after that, afterwards, followed by, as well as, next,
        finally, lastly, afterward, first of all, while, or
    """,
    c.LINK | c.WITH: """
        with, along with, together with, set to, accompanied by, featuring music, and with
    """,
    c.RESET: "but, instead, however, just please",
}


# Meaning -> lines of "value = phrases that stand for it".
VALUES: dict[int, str] = {
    c.LOOK: """
        cinematic = cinematic, film look, movie look, filmic, hollywood
        warm = warm, warmer, golden hour
        cool = cool tones, cooler
        cold = cold
        vintage = vintage, retro, old film
        black and white = black and white, black & white, b&w, b & w, bw, monochrome, grayscale, greyscale
        noir = noir
        sepia = sepia
        teal and orange = teal and orange, orange and teal
        moody = moody
        vibrant = vibrant, vivid
        pastel = pastel
        hdr = hdr
        cyberpunk = cyberpunk
        desaturated = desaturated
        high contrast = high contrast
        faded = faded
    """,
    c.MILD: """
        bright = bright, brighter, brighten
        dark = dark, darker, darken
        natural = natural, clean
        cool = cool
        soft = soft
        neon = neon
        dreamy = dreamy
        vibrant = saturation
        high contrast = contrast
    """,
    c.EFFECT: """
        fade = fade, fades, fading, fade in and out, fade in and fade out
        fade in = fade in, fade from black
        fade out = fade out, fade to black
        blur = blur, blurred background, gaussian blur
        glitch = glitch, glitchy
        zoom = zoom
        zoom in = zoom in
        zoom out = zoom out
        slow zoom = slow zoom, slow zoom in
        ken burns = ken burns
        shake = shake, camera shake
        flash = flash, strobe
        vignette = vignette
        film grain = film grain, grain
        light leak = light leak, light leaks
        lens flare = lens flare
        vhs = vhs, vhs effect
        mirror = mirror
        pixelate = pixelate
        sharpen = sharpen
        stabilize = stabilize, stabilise
        sparkle = sparkle, sparkles
        snow = snow effect
        rain = rain effect
        glow = glow, bloom
        freeze frame = freeze frame
        picture in picture = picture in picture
        split screen = split screen
        rotate = rotate
        flip = flip
    """,
    c.NOISE: """
        denoise = denoise, background noise, noise reduction, noise, static, hiss
    """,
    c.TRANSITION: """
        dissolve = dissolve, dissolves, cross dissolve, smooth transition, smooth transitions
        crossfade = crossfade, cross fade, crossfades
        wipe = wipe, wipes
        slide = slide in, slide transition, slide transitions
        push = push transition
        whip pan = whip pan
        spin = spin transition
        fade = fade transition, fade transitions
        zoom = zoom transition, zoom transitions
        glitch = glitch transition, glitch transitions
        blur = blur transition
        flash = flash transition
    """,
    c.GENRE: """
        Lo-fi = lo fi, lofi
        Jazz = jazz, jazzy
        Hip-hop = hip hop, hiphop
        EDM = edm
        Techno = techno
        Funk = funk, funky
        Blues = blues
        Chillhop = chillhop
        Reggae = reggae
        Synthwave = synthwave
        R&B = r & b, r&b
        Disco = disco
    """,
    c.MOOD: """
        Rock = rock
        Pop = pop
        Classical = classical
        Piano = piano
        Ambient = ambient
        Electronic = electronic
        House = house
        Acoustic = acoustic
        Orchestral = orchestral
        Chill = chill
        Upbeat = upbeat
        Epic = epic
        Relaxing = relaxing
        Calm = calm
        Energetic = energetic
        Happy = happy
        Sad = sad
        Dramatic = dramatic
        Folk = folk
        Country = country
        Trap = trap
        Metal = metal
        Guitar = guitar
        Inspirational = inspirational
        Corporate = corporate
    """,
    c.TONGUE: """
        zh = chinese, mandarin, simplified chinese
        en = english
        fr = french
        de = german
        es = spanish
        ja = japanese
        ko = korean
        it = italian
        pt = portuguese
        ru = russian
        ar = arabic
        hi = hindi
        nl = dutch
        zh+en = bilingual
    """,
    c.HEIGHT: """
        top = top, the top, at the top, upper part, to the top
        bottom = bottom, the bottom, at the bottom, lower part, to the bottom
    """,
    c.SIDE: """
        center = center, centre, middle, centered, centred
        top left = top left, upper left, top left corner
        top right = top right, upper right, top right corner
        bottom left = bottom left, lower left, bottom left corner
        bottom right = bottom right, lower right, bottom right corner
        left = left, left side
        right = right, right side
        top = top center
        bottom = bottom center
    """,
    c.SHAPE: """
        9:16 = vertical, vertically, portrait mode, portrait format, in portrait, portrait
            orientation, it portrait, to portrait, for tiktok, for reels, for shorts, tiktok
            format
        16:9 = horizontal, widescreen, wide screen, landscape mode, landscape format, in
            landscape, landscape orientation, it landscape, to landscape, for youtube
        1:1 = square format, in square, it square, to square, a square, square aspect ratio
    """,
    c.SHAPE | c.VIDEO: """
        9:16 = portrait video, portrait clip, video vertical, video portrait, clip portrait
        16:9 = landscape video, landscape clip, video landscape, clip landscape
        1:1 = square video, square clip, video square, clip square
    """,
    c.ORDINAL: """
        1 = first, 1st
        2 = second
        3 = third
        4 = fourth
        5 = fifth
        6 = sixth
        -1 = last, final, latest
    """,
    c.FACTOR: """
        0.5 = half speed, half the speed, half its speed, half volume, half the volume, twice as slow, in
            half
        2 = double speed, double the speed, twice as fast, twice the speed
        1 = normal speed, original speed, regular speed, full volume, max volume, maximum volume
        3 = triple speed, three times as fast
        0.25 = quarter speed
    """,
}
