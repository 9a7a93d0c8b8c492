"""What is said in Chinese of time, sound and picture: a topic, and under it the sentences to choose from."""

from __future__ import annotations

FILM = """
silences.done
    已剪掉 {pauses}，共 {removed_ms}，现在全长 {length_ms}。
    静音部分已去掉：{pauses}，缩短了 {removed_ms}，剩余 {length_ms}。
silences.none
    我听完了整段素材，没有发现需要剪掉的停顿。
    已经没有静音部分了，所以没有改动。
silences.no_sound
    这段素材没有声音，找不到停顿。
silences.all
    整段都是静音，剪掉就什么都不剩了，所以保持原样。
cut.done
    已剪掉 {span}，共 {removed_ms}，现在全长 {length_ms}。
    {span} 已删去（{removed_ms}），后面的内容已前移，剩余 {length_ms}。
cut.all
    这样就什么都不剩了：影片只有 {length_ms}，所以保持原样。
cut.ask
    要剪掉哪一部分？请告诉我从几秒到几秒，或者从开头、结尾剪多少。
cut.outside
    这超出了影片范围，影片只有 {length_ms}，没有改动。
keep.done
    只保留了 {span}，现在全长 {length_ms}。
keep.all
    影片本来就是 {length_ms}，没有可剪的部分。
duration.shorter
    现在全长 {length_ms}，从结尾剪掉了 {removed_ms}。
duration.longer
    最后一个片段延长了 {added_ms}，现在全长 {length_ms}。
duration.same
    已经正好是这个长度，没有改动。
duration.ask
    需要多长？
duration.too_long
    素材不够 {wanted_ms}，影片只有 {length_ms}。可以先放慢速度或添加片段。
clip.missing
    没有这个片段，目前共有 {clips}。
clip.ask
    是哪一个片段？目前共有 {clips}。
split.done
    已在 {at_ms} 处分割片段。
split.ask
    要在几秒处分割？
split.nowhere
    {at_ms} 处没有片段可以分割。
speed.faster
    现在以原来的 {factor} 倍速播放，全长 {length_ms}。
speed.slower
    已放慢到原来的 {factor} 倍，全长 {length_ms}。
speed.normal
    已恢复正常速度，全长 {length_ms}。
speed.same
    已经是正常速度了。
speed.extreme
    速度只能在 0.1 到 16 倍之间。
speed.no_clip
    没有可以变速的片段。
music.done
    已配上 {style} 音乐，音量 {volume_share}。
    {style} 背景音乐已加入，音量 {volume_share}。
music.replaced
    音乐已换成 {style}，音量 {volume_share}。
music.no_song
    您还没有上传歌曲。请上传一首，或者告诉我想要的风格。
music.none
    目前没有音乐，没有改动。
sound.none
    没有可以调整的声音。
sound.same
    已经是这样了，没有改动。
volume.music
    音乐音量现在是 {volume_share}。
volume.sound
    原声音量现在是 {volume_share}。
volume.all
    音量现在是 {volume_share}。
volume.ask
    要调到多大？请告诉我百分比。
mute.music
    音乐已静音。
mute.sound
    原声已静音。
mute.all
    已静音。
unmute.music
    音乐已恢复。
unmute.sound
    原声已恢复。
unmute.all
    声音已恢复。
picture.none
    没有可以处理的画面。
grade.done
    已完成调色：{look}，共 {clips}。
    画面调成了{look}风格（{clips}）。
grade.same
    画面已经是{look}风格了。
effect.done
    已添加{effect}效果。
effect.same
    已经有{effect}效果了。
effect.nothing
    没有可以添加效果的内容。
transition.done
    已在 {cuts} 添加{transition}转场。
transition.single
    只有一个片段，{transition}转场放在了它的结尾。
transition.same
    已经有{transition}转场了。
canvas.done
    画面尺寸现在是 {canvas}。
canvas.same
    画面尺寸已经是 {canvas} 了。
"""
