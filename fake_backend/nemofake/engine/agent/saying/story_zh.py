"""What is said in Chinese of texts, order and clips, and in talk: a topic, and under it its sentences."""

from __future__ import annotations

STORY = """
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
    这在影片结束之后，影片只有 {length_ms}，没有改动。
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
    已添加 {subtitles}（{tongue}）。
subtitles.replaced
    字幕已重新制作：{subtitles}（{tongue}）。
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
    已删除音乐。
remove.title
    已删除标题。
remove.lower third
    已删除下三分之一标题。
remove.subtitles
    已删除字幕。
remove.video
    已删除视频轨道。
remove.sound
    已删除声音。
remove.text
    已删除{quote_text}。
remove.effects
    已去掉特效。
remove.transitions
    已去掉转场。
remove.look
    已恢复原来的色彩。
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
unknown
    我不太明白您的意思。您可以说“剪掉静音”或“加一个标题”。
    没太听懂，请告诉我要剪掉、添加或修改什么。
declined
    好的，保持原样。
    明白，没有改动。
language
    好的，接下来用{tongue}交流。
export
    影片已就绪，全长 {length_ms}。
export.empty
    还没有影片。
question.help
    我可以根据描述生成片段、剪掉静音和时间段、变速、调色、加标题、字幕、音乐、特效和转场，也可以排列、静音和删除轨道。
question.cost
    生成片段需要积分，编辑每个项目只收一次，保存成片免费。
question.formats
    可以上传 mp4、mov、avi、webm、mkv、jpg、png、gif、webp、mp3、wav、m4a 和 aac，每个文件不超过 500 MB。
question.export
    成片是 MP4 文件。
question.other
    我只能回答关于您的影片和我的功能的问题。
question.empty
    时间线还是空的，目前上传了 {files}。
question.length
    影片全长 {length_ms}，共 {clips}。
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
"""
