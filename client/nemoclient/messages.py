"""What the client itself says to a user, in English and Chinese; never protocol detail (C-UX-1)."""

from __future__ import annotations

from typing import Any

_HELP_EN = """\
upload PATH   add a video, picture or sound, by its path or web address
status        list the tracks of your project
credits       see how many credits you have
export        make the video and save it
help          show this list
quit          leave
Anything else goes to the editing agent: “cut the silences”, “add the title "Hello"”, “undo”."""
_HELP_ZH = """\
上传 路径     添加视频、图片或声音（文件路径或网址）
状态          列出项目的轨道
积分          查看可用积分
导出          生成视频并保存
帮助          显示这个列表
退出          离开
其他内容都会交给剪辑助手：“剪掉静音”、“添加标题「你好」”、“撤销”。"""

_PHRASES: dict[str, tuple[str, str]] = {
    "connecting": ("Connecting...", "正在连接..."),
    "ready": ("Ready.", "已就绪。"),
    "renewed": ("Your access had ended, so you go on with a new account.", "访问已过期，已换用新的账号。"),
    "new_session": (
        "The earlier project is gone; a new one has begun.",
        "之前的项目已失效，已开始新的项目。",
    ),
    "waiting": ("The service is busy; trying again in {seconds} s.", "服务繁忙，{seconds} 秒后重试。"),
    "credits": ("{available} credits available, {frozen} in use.", "可用积分 {available}，使用中 {frozen}。"),
    "empty": ("The timeline is empty.", "时间线为空。"),
    "timeline": ("Timeline ({count} tracks): {tracks}", "时间线（{count} 条轨道）：{tracks}"),
    "one_track": ("Timeline (1 track): {tracks}", "时间线（1 条轨道）：{tracks}"),
    "track": ("{label}: {items}", "{label}：{items}"),
    "more": ("{count} more", "另外 {count} 个"),
    "parts": ("{count} parts", "{count} 段"),
    "untitled": ("untitled", "未命名"),
    "added": ("{label} added: {name}", "已添加{label}：{name}"),
    "removed": ("{label} removed: {name}", "已移除{label}：{name}"),
    "moved": (
        "{label} changed: {name} is now {now}, was {was}",
        "{label}已更改：{name} 现为 {now}，原为 {was}",
    ),
    "volume": (
        "{label} volume: {name} is now {now}, was {was}",
        "{label}音量：{name} 现为 {now}，原为 {was}",
    ),
    "adjusted": ("{label} adjusted: {name}", "已调整{label}：{name}"),
    "reordered": ("Tracks reordered", "轨道顺序已更改"),
    "canvas": ("Picture size is now {size}", "画面尺寸现为 {size}"),
    "footage": ("Footage", "素材"),
    "generated": ("Generated clip", "生成片段"),
    "updated": ("The project was updated.", "项目已更新。"),
    "done": ("Done.", "完成。"),
    "unchanged": (
        "The request finished, but nothing in the project changed.",
        "请求已结束，但项目没有变化。",
    ),
    "checking": (
        "The connection was lost. Checking whether the change still arrives...",
        "连接中断，正在确认修改是否完成...",
    ),
    "lost": (
        "The connection was lost and nothing in the project has changed. The request was not sent again.",
        "连接中断，项目没有变化。请求没有重复发送。",
    ),
    "lost_after_reply": (
        "The connection was lost after this reply; nothing in the project has changed.",
        "收到以上回复后连接中断，项目没有变化。",
    ),
    "timed_out": (
        "This takes too long, so waiting has ended. Nothing in the project has changed so far.",
        "等待时间过长，已停止等待，项目目前没有变化。",
    ),
    "failed": (
        "Something went wrong while working on this, and nothing in the project changed.",
        "处理时出现问题，项目没有变化。",
    ),
    "timed_out_partly": (
        "This takes too long, so waiting has ended. So far:",
        "等待时间过长，已停止等待。目前：",
    ),
    "failed_partly": ("Something went wrong on the way; this much was done:", "处理中途出现问题，已完成："),
    "uploading": ("Uploading...", "正在上传..."),
    "uploaded": ("Uploaded: {names}", "已上传：{names}"),
    "working": ("Working...", "处理中..."),
    "help_hint": ("Type “help” to see what you can do.", "输入“帮助”查看可用的命令。"),
    "help": (_HELP_EN, _HELP_ZH),
    "name_a_file": ("Which file? Give its path or address.", "请提供文件路径或网址。"),
    "exporting": ("Exporting...", "正在导出..."),
    "export_again": ("The export did not work; trying once more.", "导出未成功，正在重试。"),
    "downloading": ("Downloading...", "正在下载..."),
    "saved": ("Saved: {path}", "已保存：{path}"),
}

_LABELS = {
    "Video": "视频",
    "Image": "图片",
    "Audio": "音频",
    "BGM": "背景音乐",
    "Title": "标题",
    "Subtitle": "字幕",
    "Subtitles": "字幕",
    "Text": "文字",
    "Track": "轨道",
}


def is_chinese(language: str | None) -> bool:
    """Say whether this language code means Chinese."""
    return (language or "").lower().startswith("zh")


def localized(key: str, language: str | None = None, **values: Any) -> str:
    """Return the phrase of this name in Chinese for ``zh…``, else in English."""
    return _PHRASES[key][is_chinese(language)].format_map(values)


def label(name: str, language: str | None = None) -> str:
    """Return a track's name as a user of this language reads it."""
    return _LABELS.get(name, name) if is_chinese(language) else name
