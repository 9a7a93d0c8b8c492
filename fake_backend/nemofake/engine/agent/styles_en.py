"""English words that stand for a value: looks, effects, genres, places, shapes."""

from __future__ import annotations

from . import concepts as c

# Meaning -> lines of "value = phrases that stand for it".
VALUES: dict[int, str] = {
    c.LOOK: """
        cinematic = cinematic, film look, movie look, filmic, hollywood
        warm = warm, warmer, golden hour
        cool = cool tones, cooler
        cold = cold
        vintage = vintage, retro, old film
        black and white = black and white, black & white, b&w, b & w, bw, monochrome, grayscale,
            greyscale
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
        R&B = r & b, r&b, rnb
        Bossa nova = bossa nova, bossa
        Dubstep = dubstep
        Latin = latin
        Salsa = salsa
        Soul = soul
        Swing = swing
        Punk = punk
        Indie = indie
        Gospel = gospel
        Ska = ska
        Drum and bass = drum and bass, dnb
        K-pop = k pop, kpop
        Trance = trance
        Flamenco = flamenco
        Opera = opera
        8-bit = 8 bit, chiptune
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
        Violin = violin
        Cello = cello
        Strings = strings
        Drums = drums, drum
        Saxophone = saxophone, sax
        Ukulele = ukulele
        Synth = synth
        Lounge = lounge
        Christmas = christmas
        Romantic = romantic
        Peaceful = peaceful
        Mellow = mellow
        Cheerful = cheerful
        Suspenseful = suspenseful, tense
        Scary = scary, spooky
        Motivational = motivational, uplifting
        Fast = fast paced
        Quiet = quiet
        Gentle = gentle
        Meditation = meditation
        Cinematic = cinematic score
        Instrumental = without vocals, no vocals, vocal free
        Tropical = tropical
        Playful = playful
        Soothing = soothing
        Groovy = groovy
        Smooth = smooth
        Beautiful = beautiful
        Light = light
        Modern = modern
        Summer = summer
        Fun = fun
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
        zh+en = bilingual, chinese and english, chinese & english, chinese plus english,
            english & chinese bilingual
        en+zh = english and chinese, english & chinese, english plus chinese, both english and chinese
        tr = turkish
        pl = polish
        sv = swedish
        vi = vietnamese
        th = thai
        id = indonesian
        uk = ukrainian
        el = greek
        he = hebrew
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
    c.STARTING | c.ENDING: """
        both = both the start and the end, the start and the end, the beginning and the end,
            start and end,
            beginning and end, the start and end, the beginning and end, both ends, each end, at
            both ends, from each end, from both ends, off both ends,
            off each end, either end
    """,
    c.CLIP: """
        image = image, photo, picture, images, photos, pictures, still, stills
    """,
    c.PART: """
        0 0.5 = first half, opening half, front half
        0.5 1 = second half, last half, latter half, back half, other half
        0 0.333334 = first third
        0.333333 0.666667 = middle third, second third
        0.666667 1 = last third, final third
        0 0.25 = first quarter
        0.75 1 = last quarter, final quarter
    """,
    c.FACTOR | c.VOLUME: """
        0.5 = half volume
        1 = full volume, max volume, maximum volume
    """,
    c.RATIO | c.VOLUME: """
        0.5 = half the volume, half its volume, half as loud
        2 = twice the volume, double the volume, twice as loud
    """,
    c.FACTOR | c.BIGGER: """
        2 = twice as big, twice the size, double the size, twice as large
        3 = three times as big, three times the size
    """,
    c.FACTOR | c.SMALLER: """
        0.5 = half the size, half as big, half as large, half its size
    """,
    c.RATIO | c.LOWER: """
        0.5 = halve, halving, cut in half
    """,
    c.RATIO | c.RAISE: """
        2 = double, doubling
    """,
    c.RATIO: """
        0.5 = half as long, half the length, half its length, half of its length, half the duration,
            half length, half as short, to half its length
        2 = twice as long, double the length, twice the length, double its length, double the duration
        0.333334 = a third as long, one third of the length
    """,
    c.RATIO | c.BY: """
        0.5 = by half, by a half, by one half
        0.333334 = by a third, by one third
        0.25 = by a quarter, by one quarter, by a fourth
        0.666667 = by two thirds
        0.75 = by three quarters
    """,
    c.GENERATE: """
        new = generate, generating, synthesize, imagine, animate, generate a new, create a new,
            make a new, create new, make new, generate new, ai generate
    """,
    c.NUMBER: """
        2 = second one
        1 = first one
        -1 = last one
    """,
    c.ORDINAL: """
        1 = first, 1st
        2 = second, 2nd
        3 = third, 3rd
        4 = fourth, 4th
        5 = fifth, 5th
        6 = sixth
        -1 = last, final, latest
    """,
    c.FACTOR: """
        0.5 = half, half speed, half of that, 50 percent speed, half the speed, half its speed,
            twice as slow
        2 = double speed, double the speed, twice as fast, twice the speed
        1 = normal speed, original speed, regular speed
        3 = triple speed, three times as fast
        0.25 = quarter speed
    """,
}
