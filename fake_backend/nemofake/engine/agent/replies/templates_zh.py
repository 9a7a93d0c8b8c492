"""What the agent says in Chinese: topics, and under each the sentences to choose from.

SAYINGS say what is true of the video; talk of a GUI has its own table (SSE-9), so that a client can take
the one and leave the other. ``{where}`` is the time ranges of an edit, nothing if it was all.
"""

from __future__ import annotations

SAYINGS = """
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
    这样就什么都不剩了：视频只有 {length_ms}，所以保持原样。
cut.ask
    要剪掉哪一部分？请告诉我从几秒到几秒，或者从开头、结尾剪多少。
cut.outside
    这超出了视频范围，视频只有 {length_ms}，没有改动。
keep.done
    只保留了 {span}，现在全长 {length_ms}。
keep.all
    视频本来就是 {length_ms}，没有可剪的部分。
duration.shorter
    现在全长 {length_ms}，从结尾剪掉了 {removed_ms}。
duration.longer
    最后一个片段延长了 {added_ms}，现在全长 {length_ms}。
duration.each
    {clips}现在各长 {each_ms}，全长 {length_ms}。
duration.same
    已经正好是这个长度，没有改动。
duration.ask
    需要多长？
duration.too_long
    素材不够 {wanted_ms}，视频只有 {length_ms}。可以先放慢速度或添加片段。
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
    现在以原来的 {factor} 倍速播放{where}，全长 {length_ms}。
speed.slower
    已放慢到原来的 {factor} 倍{where}，全长 {length_ms}。
speed.normal
    已恢复正常速度{where}，全长 {length_ms}。
speed.same
    已经是正常速度了。
speed.extreme
    速度只能在 0.1 到 16 倍之间。
speed.no_clip
    没有可以变速的片段。
music.done
    已配上 {style} 音乐，音量 {volume_share}{where}。
    {style} 背景音乐已加入，音量 {volume_share}{where}。
music.replaced
    音乐已换成 {style}，音量 {volume_share}{where}。
music.no_song
    您还没有上传歌曲。请上传一首，或者告诉我想要的风格。
music.none
    目前没有音乐，没有改动。
sound.none
    没有可以调整的声音。
sound.same
    已经是这样了，没有改动。
volume.music
    音乐音量现在是 {volume_share}{where}。
volume.sound
    原声音量现在是 {volume_share}{where}。
volume.all
    音量现在是 {volume_share}{where}。
volume.several
    音量原来不一样，现在在 {lowest_share} 到 {volume_share} 之间{where}。
volume.ask
    要调到多大？请告诉我百分比。
mute.music
    音乐已静音{where}。
mute.sound
    原声已静音{where}。
mute.all
    已静音{where}。
unmute.music
    音乐已恢复{where}。
unmute.sound
    原声已恢复{where}。
unmute.all
    声音已恢复{where}。
picture.none
    没有可以处理的画面。
grade.done
    已完成调色：{look}，共 {clips}{where}。
    画面调成了{look}风格（{clips}）{where}。
grade.same
    画面已经是{look}风格了。
effect.done
    已添加{effect}效果{where}。
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
title.done
    已添加标题{quote_text}（{span}，{position}）。
    标题{quote_text}已加入，{span}。
title.invented
    您没有给出文字，标题写的是{quote_text}（{span}）。
lower_third.done
    已添加下三分之一标题{quote_text}（{span}）。
lower_third.invented
    已添加下三分之一标题；您没有给出文字，写的是{quote_text}（{span}）。
lower_third.several
    已为每个片段添加写有名称的下三分之一标题，共 {texts}，第一个是{quote_text}。
lower_third.same
    下三分之一标题已经在了。
subtitle.done
    已添加字幕{quote_text}（{span}）。
text.outside
    这在视频结束之后，视频只有 {length_ms}，没有改动。
text.unknown
    没有找到文字{quote_text}。
text.none
    目前还没有这样的文字。
text.where
    要放在哪里？
text.there
    文字已经在那里了。
text.moved
    文字已移动：{position}。
text.retimed
    {quote_text}现在显示在 {span}。
text.occupied
    那个时间已有别的文字，所以没有移动。
retitle.done
    已把{quote_old}改成{quote_text}。
retitle.same
    文字已经是{quote_text}了。
retitle.ask
    要改成什么文字？
subtitles.done
    已添加 {subtitles}（{tongue}）{where}。
subtitles.replaced
    字幕已重新制作：{subtitles}（{tongue}）{where}。
subtitles.no_clip
    没有可以加字幕的片段。
subtitles.no_speech
    那里没有听到可以加字幕的声音。
remove.everything
    时间线已清空。
remove.track
    已删除 {track} 轨道。
remove.clip
    已删除片段 {clip}（{removed_ms}），现在全长 {length_ms}。
remove.music
    已删除音乐{where}。
remove.title
    已删除标题{where}。
remove.lower third
    已删除下三分之一标题{where}。
remove.subtitles
    已删除字幕{where}。
remove.video
    已删除视频轨道{where}。
remove.sound
    已删除声音{where}。
remove.text
    已删除{quote_text}{where}。
remove.effects
    已去掉特效{where}。
remove.transitions
    已去掉转场{where}。
remove.look
    已恢复原来的色彩{where}。
remove.none.music
    目前没有音乐可以删除。
remove.none.title
    目前没有标题可以删除。
remove.none.lower third
    目前没有下三分之一标题可以删除。
remove.none.subtitles
    目前没有字幕可以删除。
remove.none.video
    目前没有视频可以删除。
remove.none.sound
    目前没有声音可以删除。
remove.none.text
    没有这样的文字可以删除。
remove.none.effects
    目前没有特效可以去掉。
remove.none.transitions
    目前没有转场可以去掉。
remove.none.look
    色彩没有改动过，不需要恢复。
tracks.ordered
    轨道已排好：{quote_order}。
tracks.moved
    {track} 现在是第 {place} 条轨道。
tracks.swapped
    已交换，{track} 现在是第 {place} 条轨道。
tracks.there
    轨道已经是这个顺序了。
track.missing
    没有找到这条轨道，目前共有 {tracks}。
track.ask
    是哪一条轨道？目前共有 {tracks}。
clips.moved
    片段顺序已调整，共 {clips}。
clips.there
    片段已经是这个顺序了。
clips.too_few
    目前有 {clips}，没有可以调整的顺序。
clips.ask
    要把哪个片段放到哪里？目前共有 {clips}。
generate.done
    片段{quote_text}已生成：{clip_ms}，{canvas}。
    {quote_text}做好了，长 {clip_ms}，{canvas}。
regenerate.done
    {quote_text}已重新生成，长 {clip_ms}。
regenerate.changed
    {quote_text}已重新生成，长 {clip_ms}，改动是{quote_change}。
regenerate.nothing
    还没有生成过片段，请告诉我要拍什么。
append.done
    已把 {files}放到时间线上（{quote_names}），现在全长 {length_ms}。
append.nothing
    您上传的素材都已经在时间线上了。
append.no_image
    您的文件里没有图片。
append.no_files
    您还没有上传素材。
nothing
    还没有可以编辑的内容。请上传素材，或者告诉我要生成什么片段。
greeting
    你好！我可以帮你剪视频：生成片段、剪掉停顿、调色、加标题、音乐和字幕。
    你好，想把视频做成什么样？
thanks
    不客气！
    很高兴您满意。
declined
    好的，保持原样。
    明白，没有改动。
language
    好的，接下来用{tongue}交流。
export
    视频已就绪，全长 {length_ms}。
export.empty
    还没有视频。
question.help
    我可以根据描述生成片段、剪掉静音和时间段、变速、调色、加标题、字幕、音乐、特效和转场，也可以排列、静音和删除轨道。
question.cost
    生成片段需要积分，编辑每个项目只收一次，保存成片免费。
question.formats
    可以上传 mp4、mov、avi、webm、mkv、jpg、png、gif、webp、mp3、wav、m4a 和 aac，每个文件不超过 500 MB。
question.export
    成片是 MP4 文件。
question.other
    我只能回答关于您的视频和我的功能的问题。
question.empty
    时间线还是空的，目前上传了 {files}。
question.length
    视频全长 {length_ms}，共 {clips}。
question.tracks
    共有 {tracks}：{quote_summary}，全长 {length_ms}。
question.music
    音乐是 {style}，音量 {volume_share}。
question.music.none
    还没有音乐。
question.titles
    共有 {texts}，第一个是{quote_text}。
question.titles.none
    还没有标题。
question.subtitles
    共有 {subtitles}。
question.subtitles.none
    还没有字幕。
question.silences
    共有 {pauses}，合计 {silent_ms}。
question.silences.none
    没有发现停顿。
question.canvas
    画面尺寸是 {canvas}。
question.speed
    播放速度是 {factor} 倍。
failed
    处理时出了点问题，没有收费。
silences.shortened
    已把 {pauses} 缩短为各 {kept_ms}，共 {removed_ms}，现在全长 {length_ms}。
cut.nothing
    这包括了整个视频，没有可做的部分，没有改动。
volume.clip
    这个片段的音量现在是 {volume_share}{where}。
text.resized
    文字大小现在是原来的 {size_share}。
text.size_limit
    文字已经不能再大或再小了。
export.unedited
    还没有做任何编辑：{quote_names}还是上传时的样子。请先告诉我要剪掉、添加或修改什么。
export.size
    成片最大 1080×1920（横屏为 1920×1080），是 MP4 文件；这一个是 {canvas}。
undo.done
    已撤销上一次修改，现在全长 {length_ms}。
undo.nothing
    没有可以撤销的修改。
redo.done
    已恢复刚才的修改，现在全长 {length_ms}。
redo.nothing
    没有被撤销的修改。
ask.unclear
    您想让我做什么？我可以剪辑、变速、调色、静音，也可以加标题、字幕、音乐和特效。
    没太听懂。我可以剪辑、变速、调色、静音，也可以加标题、字幕、音乐和特效。
ask.words
    {quote_words}是什么意思？我可以剪辑、变速、调色、静音，也可以加标题、字幕、音乐和特效。
    没听懂{quote_words}。我可以剪辑、变速、调色、静音，也可以加标题、字幕、音乐和特效。
ask.condition
    这个条件我无法判断，所以没有改动：要做还是不做？请直接说要做的修改，例如“把5到10秒的音乐静音”。
ask.negation
    我不确定哪些要保持不变，所以没有改动。要做哪个修改？可以剪掉、静音、添加或删除。
ask.negative
    时长必须大于 0，所以没有改动。要多少秒？
ask.edit
    要对{quote_names}做什么？我可以剪掉静音、裁剪、调色，或者加标题、字幕和音乐。
ask.footage
    要怎么剪{quote_names}？请告诉我保留哪些、要多长，例如“剪到30秒”或“剪掉静音”；要新片段请说“生成”。
ask.no_footage
    还没有可以剪的素材。请上传文件，或者告诉我要生成什么片段。
"""

PANELS = """
timeline
    可以在时间线中预览效果。
    打开时间线面板可以查看所有轨道。
silences
    打开音频面板可以查看波形。
    可以在时间线中预览新的剪辑。
cut
    拖拽片段边缘可以微调。
    可以在时间线中预览效果。
speed
    打开变速面板可以微调。
    拖拽速度滑块可以调整。
music
    打开音频面板可以微调。
    拖拽轨道上的音量滑块可以调整。
color
    打开调色面板可以微调。
    点击滤镜可以和原片对比。
effects
    打开特效面板可以调整。
    点击片段上的特效图标可以更换。
transitions
    点击两个片段之间的转场图标可以更换。
    拖拽转场两端可以延长。
canvas
    打开画布面板可以选择其他比例。
text
    打开文字面板可以修改字体和样式。
    在预览窗口双击文字即可编辑。
    在预览窗口拖拽文字可以移动位置。
drag
    在时间线中拖拽轨道可以调整顺序。
media
    点击素材面板里的上传按钮添加文件。
    把文件拖拽到素材面板即可开始。
generate
    可以在时间线中预览效果。
    打开素材面板可以找到它。
    点击片段上的重新生成可以再试一次。
export
    点击右上角的导出按钮保存。
    点击导出，选择 1080p 即可。
start
    点击上传开始，或者描述一个片段。
help
    打开帮助面板可以查看示例。
failed
    点击重试可以再来一次。
ending
    满意的话，点击导出即可。
    点击右上角的导出按钮保存。
    在时间线中预览后，点击导出。
"""

OPENINGS = (
    "都完成了！",
    "已完成以下修改：",
)
SPACE = ""
QUOTES = ("“", "”")
SECONDS = ("秒", "秒")
SPAN = "{start}–{end} 秒"
COUNTS = {
    "pauses": ("处停顿", "处停顿"),
    "clips": ("个片段", "个片段"),
    "tracks": ("条轨道", "条轨道"),
    "texts": ("个标题", "个标题"),
    "subtitles": ("条字幕", "条字幕"),
    "files": ("个文件", "个文件"),
    "cuts": ("处剪接点", "处剪接点"),
}
NAMES = {
    "zh": "中文",
    "en": "英文",
    "fr": "法语",
    "de": "德语",
    "es": "西班牙语",
    "ja": "日语",
    "ko": "韩语",
    "it": "意大利语",
    "pt": "葡萄牙语",
    "ru": "俄语",
    "ar": "阿拉伯语",
    "hi": "印地语",
    "nl": "荷兰语",
    "zh+en": "中英双语",
    "balanced": "均衡",
    "cinematic": "电影感",
    "warm": "暖色",
    "cool": "冷色",
    "cold": "冷色",
    "vintage": "复古",
    "black and white": "黑白",
    "noir": "黑色电影",
    "sepia": "棕褐",
    "teal and orange": "青橙",
    "moody": "忧郁",
    "vibrant": "鲜艳",
    "pastel": "清新",
    "hdr": "HDR",
    "cyberpunk": "赛博朋克",
    "high contrast": "高对比",
    "bright": "明亮",
    "dark": "暗调",
    "natural": "自然",
    "soft": "柔和",
    "fade": "淡入淡出",
    "fade in": "淡入",
    "fade out": "淡出",
    "blur": "模糊",
    "glitch": "故障",
    "zoom": "缩放",
    "zoom in": "放大",
    "zoom out": "拉远",
    "shake": "抖动",
    "flash": "闪光",
    "vignette": "暗角",
    "film grain": "颗粒",
    "denoise": "降噪",
    "stabilize": "防抖",
    "mirror": "镜像",
    "dissolve": "叠化",
    "crossfade": "交叉淡化",
    "wipe": "擦除",
    "slide": "滑动",
    "push": "推移",
    "top": "顶部",
    "bottom": "底部",
    "center": "居中",
    "left": "左侧",
    "right": "右侧",
    "top left": "左上角",
    "top right": "右上角",
    "bottom left": "左下角",
    "bottom right": "右下角",
    "lower third": "下三分之一处",
}
