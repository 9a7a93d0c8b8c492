"""What the agent says in Chinese.

Sentences in SAYINGS tell what is true of the film; talk of a GUI has its own table (SSE-9), so that a
client can take the one and leave the other.
"""

from __future__ import annotations

from .film_zh import FILM
from .story_zh import STORY

SAYINGS = FILM + STORY

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
