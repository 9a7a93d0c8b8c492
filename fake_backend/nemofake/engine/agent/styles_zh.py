"""Chinese words that stand for a value: looks, effects, genres, places, shapes."""

from __future__ import annotations

from . import concepts as c

# Meaning -> lines of "value = phrases that stand for it".
VALUES: dict[int, str] = {
    c.LOOK: """
        cinematic = 电影感 电影质感 电影风格 电影色调 电影级 大片感
        warm = 暖色 暖色调 暖调 暖一点 温暖
        cool = 冷色 冷色调 冷调
        vintage = 复古 怀旧 胶片 老电影
        black and white = 黑白 单色
        sepia = 棕褐
        teal and orange = 青橙
        vibrant = 鲜艳 鲜明
        cyberpunk = 赛博朋克
        high contrast = 高对比
        moody = 忧郁
        pastel = 日系 小清新
    """,
    c.MILD: """
        bright = 明亮 亮一点 更亮
        dark = 暗一点
        natural = 自然
        soft = 柔和
    """,
    c.EFFECT: """
        fade in = 淡入 渐入 渐显
        fade out = 淡出 渐出 渐隐
        fade = 淡入淡出
        blur = 模糊 虚化
        glitch = 故障 故障风
        zoom = 缩放
        zoom in = 放大 推近
        zoom out = 拉远
        shake = 抖动
        flash = 闪光 闪白 闪烁
        vignette = 暗角
        film grain = 颗粒 噪点
        light leak = 漏光
        lens flare = 光晕
        mirror = 镜像
        pixelate = 马赛克
        sharpen = 锐化
        stabilize = 稳定 防抖
        glow = 发光
        freeze frame = 定格
        picture in picture = 画中画
        split screen = 分屏
        rotate = 旋转
        flip = 翻转
        snow = 雪花
        sparkle = 星光
    """,
    c.NOISE: """
        denoise = 降噪 去噪 噪音 杂音 噪声
    """,
    c.TRANSITION: """
        dissolve = 溶解 叠化 叠化转场 溶解转场
        crossfade = 交叉淡化
        wipe = 擦除 划像
        slide = 滑动
        fade = 淡入淡出转场 淡化转场 淡入淡出的转场
        push = 推移
        blur = 模糊转场
        zoom = 缩放转场
        glitch = 故障转场
        flash = 闪白转场
    """,
    c.GENRE: """
        爵士 = 爵士 爵士乐
        摇滚 = 摇滚
        钢琴曲 = 钢琴曲
        轻音乐 = 轻音乐
        嘻哈 = 嘻哈
        民谣 = 民谣
        Lo-fi = 低保真
    """,
    c.MOOD: """
        流行 = 流行
        古典 = 古典
        钢琴 = 钢琴
        电子 = 电子 电子音乐
        国风 = 国风
        古风 = 古风
        轻快 = 轻快
        轻松 = 轻松 轻松愉快
        浪漫 = 浪漫
        悲伤 = 悲伤 伤感
        安静 = 安静
        温馨 = 温馨
        欢乐 = 欢乐
        抒情 = 抒情
        紧张 = 紧张
        励志 = 励志
        节奏感强 = 节奏感强 节奏强
        小提琴 = 小提琴
        大提琴 = 大提琴
        古筝 = 古筝
        说唱 = 说唱
        纯音乐 = 纯音乐
        优美 = 优美
        舒服 = 舒服
        欢快 = 欢快
        舒缓 = 舒缓
        史诗 = 史诗
        激昂 = 激昂
        动感 = 动感
        吉他 = 吉他
        放松 = 放松
        治愈 = 治愈
    """,
    c.SUBTITLE | c.TONGUE: "zh+en = 双语字幕",
    c.TONGUE: """
        zh = 中文 汉语 普通话 简体中文
        en = 英文 英语
        fr = 法语 法文
        de = 德语
        es = 西班牙语
        ja = 日语 日文
        ko = 韩语 韩文
        ru = 俄语
        it = 意大利语
        zh+en = 双语 中英 中英双语 中文和英文 中文英文 中英文 中文与英文 汉语和英语
        en+zh = 英中 英文和中文 英中双语
        pt = 葡萄牙语
        th = 泰语
        vi = 越南语
        ar = 阿拉伯语
    """,
    c.GENERATE: """
        new = 生成 生成一 生成新 合成
    """,
    c.ENDING: """
        finally = 最后
    """,
    c.HEIGHT: """
        top = 顶部 上方 最上面 最顶层 最上层 最上方 顶层 置顶 第一条
        bottom = 底部 下方 最下面 最底层 最下层 最下方 底层
    """,
    c.SIDE: """
        center = 中间 居中 中央 正中
        top left = 左上角 左上
        top right = 右上角 右上
        bottom left = 左下角 左下
        bottom right = 右下角 右下
        left = 左边 左侧
        right = 右边 右侧
    """,
    c.SHAPE: """
        9:16 = 竖屏 竖版 竖幅 纵向 抖音
        16:9 = 横屏 横版 横幅 横向 宽屏
        1:1 = 方形 方的 正方形 方屏
    """,
    c.ORDINAL: """
        -1 = 最后一 最后一个 最后一段 上一个 最后一条
        1 = 头一个 首个
    """,
    c.STARTING | c.ENDING: """
        both = 开头和结尾 开头结尾 首尾 两头 头尾
    """,
    c.CLIP: """
        image = 图片 照片
    """,
    c.PART: """
        0 0.5 = 前半 前半段 前一半 前半部分 上半段 上半部分
        0.5 1 = 后半 后半段 后一半 后半部分 下半段 下半部分
    """,
    c.RATIO | c.BY: """
        0.333334 = 三分之一
        0.25 = 四分之一
        0.666667 = 三分之二
        0.75 = 四分之三
    """,
    c.RATIO: """
        0.5 = 一半 一半长 一半时长 一半长度 时长减半 缩短一半 缩短为一半 短一半
        2 = 延长一倍 时长加倍 长一倍 两倍长
        0.333334 = 到三分之一 为三分之一 成三分之一
        0.25 = 到四分之一 为四分之一 成四分之一
        0.666667 = 到三分之二 为三分之二
        0.75 = 到四分之三 为四分之三
    """,
    c.RATIO | c.LOWER: "0.5 = 减半 减一半 降一半",
    c.RATIO | c.RAISE: "2 = 加倍 翻倍",
    c.FACTOR | c.VOLUME: """
        0.5 = 一半音量
        1 = 最大音量
    """,
    c.FACTOR: """
        0.5 = 半速 一半速度 慢一倍 慢一半 一半的速度 一半
        1 = 原速 正常速度
        2 = 两倍速 双倍速 快一倍
    """,
}
