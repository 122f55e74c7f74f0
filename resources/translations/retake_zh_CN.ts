<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Retake</source>
        <translation>关于 Retake</translation>
    </message>
    <message>
        <source>Takes damaged stretches of a recording again and leaves the rest untouched.</source>
        <translation>重制录音中受损的片段，其余部分分毫不动。</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Retake and the model that ships with it are free to use, in paid work too (MIT licence).</source>
        <translation>Retake 及其附带的模型可自由使用，包括用于商业工作（MIT 许可证）。</translation>
    </message>
    <message>
        <source>It stands on these libraries, each under its own licence:</source>
        <translation>它基于以下各库，各库遵循各自的许可证：</translation>
    </message>
    <message>
        <source>The bundled model</source>
        <translation>内置模型</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>未安装</translation>
    </message>
    <message>
        <source>see its documentation</source>
        <translation>见其文档</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Region</source>
        <translation>区域(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Take</source>
        <translation>重制版(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Playback</source>
        <translation>播放(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Sound Shown</source>
        <translation>显示的声音(&amp;S)</translation>
    </message>
    <message>
        <source>Selection &amp;Tool</source>
        <translation>选择工具(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Frequency Scale</source>
        <translation>频率刻度(&amp;F)</translation>
    </message>
    <message>
        <source>Time &amp;Format</source>
        <translation>时间格式(&amp;F)</translation>
    </message>
    <message>
        <source>Open &amp;Recent</source>
        <translation>最近打开(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;What Is Heard</source>
        <translation>监听内容(&amp;W)</translation>
    </message>
    <message>
        <source>S&amp;peed</source>
        <translation>速度(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Device</source>
        <translation>设备(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>打开(&amp;O)…</translation>
    </message>
    <message>
        <source>Open recordings or projects.</source>
        <translation>打开录音或工程。</translation>
    </message>
    <message>
        <source>Open &amp;Demo Recording</source>
        <translation>打开示例录音(&amp;D)</translation>
    </message>
    <message>
        <source>Open a recording that came along, with a gap ready to be filled.</source>
        <translation>打开随附的录音，其中有一处待填补的缺口。</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>Give the project a name; from then on every change is in its file at once.</source>
        <translation>为工程命名；此后每次更改都会立即写入其文件。</translation>
    </message>
    <message>
        <source>Save &amp;As…</source>
        <translation>另存为(&amp;A)…</translation>
    </message>
    <message>
        <source>Go on with the project under another name.</source>
        <translation>以另一名称继续此工程。</translation>
    </message>
    <message>
        <source>E&amp;mbed Recording in Project</source>
        <translation>将录音嵌入工程(&amp;M)</translation>
    </message>
    <message>
        <source>Keep a copy of the recording&apos;s file inside the project, to pass it on whole.</source>
        <translation>在工程中保存录音文件的副本，便于完整转交。</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>导出(&amp;E)…</translation>
    </message>
    <message>
        <source>Write the recording with the takes in use, a selection, or every region.</source>
        <translation>写出采用重制版后的整段录音、选区或各个区域。</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>Close this document.</source>
        <translation>关闭此文档。</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>Close all documents and end the program.</source>
        <translation>关闭所有文档并退出程序。</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>Take back the last change.</source>
        <translation>撤销上一次更改。</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Make the change again that was taken back.</source>
        <translation>重新执行被撤销的更改。</translation>
    </message>
    <message>
        <source>Select &amp;All</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>Select the whole recording.</source>
        <translation>选择整段录音。</translation>
    </message>
    <message>
        <source>&amp;Deselect</source>
        <translation>取消选择(&amp;D)</translation>
    </message>
    <message>
        <source>Select nothing; Esc does so in the views.</source>
        <translation>不选择任何内容；在视图中按 Esc 亦可。</translation>
    </message>
    <message>
        <source>&amp;Time</source>
        <translation>时间(&amp;T)</translation>
    </message>
    <message>
        <source>Dragging in the spectrogram selects a stretch of time, with all frequencies.</source>
        <translation>在频谱图中拖动，选择一段时间内的全部频率。</translation>
    </message>
    <message>
        <source>Time and &amp;Frequency</source>
        <translation>时间与频率(&amp;F)</translation>
    </message>
    <message>
        <source>Dragging in the spectrogram selects a box.</source>
        <translation>在频谱图中拖动，选择一个矩形框。</translation>
    </message>
    <message>
        <source>F&amp;requency</source>
        <translation>频率(&amp;R)</translation>
    </message>
    <message>
        <source>Dragging in the spectrogram selects a band over the whole recording.</source>
        <translation>在频谱图中拖动，选择贯穿整段录音的频带。</translation>
    </message>
    <message>
        <source>&amp;Snap to Zero Crossings</source>
        <translation>吸附到过零点(&amp;S)</translation>
    </message>
    <message>
        <source>Edges of a selection go to the nearest zero crossing.</source>
        <translation>选区边缘移至最近的过零点。</translation>
    </message>
    <message>
        <source>&amp;Find a Command…</source>
        <translation>查找命令(&amp;F)…</translation>
    </message>
    <message>
        <source>Type a few letters of anything that can be done.</source>
        <translation>键入任一操作的几个字即可找到它。</translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation>首选项(&amp;P)…</translation>
    </message>
    <message>
        <source>Theme, language, spectrogram, device.</source>
        <translation>主题、语言、频谱图、设备。</translation>
    </message>
    <message>
        <source>Zoom &amp;In</source>
        <translation>放大(&amp;I)</translation>
    </message>
    <message>
        <source>See less time in more detail; the wheel does so at the pointer.</source>
        <translation>显示更短的时间和更多细节；滚轮以指针处为中心缩放。</translation>
    </message>
    <message>
        <source>Show &amp;10 Seconds</source>
        <translation>显示 10 秒(&amp;1)</translation>
    </message>
    <message>
        <source>Let ten seconds fill the view.</source>
        <translation>让视图正好显示十秒。</translation>
    </message>
    <message>
        <source>Zoom &amp;Out</source>
        <translation>缩小(&amp;O)</translation>
    </message>
    <message>
        <source>See more time.</source>
        <translation>显示更长的时间。</translation>
    </message>
    <message>
        <source>Zoom to &amp;Selection</source>
        <translation>缩放到选区(&amp;S)</translation>
    </message>
    <message>
        <source>Let the selection fill the view.</source>
        <translation>让选区充满视图。</translation>
    </message>
    <message>
        <source>&amp;Fit Whole Recording</source>
        <translation>显示整段录音(&amp;F)</translation>
    </message>
    <message>
        <source>See the recording from start to end, and all frequencies.</source>
        <translation>从头到尾显示录音及全部频率。</translation>
    </message>
    <message>
        <source>Go to &amp;Start</source>
        <translation>转到开头(&amp;S)</translation>
    </message>
    <message>
        <source>Cursor and view to the start of the recording.</source>
        <translation>将光标和视图移到录音开头。</translation>
    </message>
    <message>
        <source>Go to &amp;End</source>
        <translation>转到结尾(&amp;E)</translation>
    </message>
    <message>
        <source>Cursor and view to the end of the recording.</source>
        <translation>将光标和视图移到录音结尾。</translation>
    </message>
    <message>
        <source>Go to &amp;Previous Edge</source>
        <translation>转到上一边缘(&amp;P)</translation>
    </message>
    <message>
        <source>Cursor to the edge before it, of the selection or of a region.</source>
        <translation>将光标移到前一个选区或区域边缘。</translation>
    </message>
    <message>
        <source>Go to &amp;Next Edge</source>
        <translation>转到下一边缘(&amp;N)</translation>
    </message>
    <message>
        <source>Cursor to the edge after it, of the selection or of a region.</source>
        <translation>将光标移到后一个选区或区域边缘。</translation>
    </message>
    <message>
        <source>&amp;Result</source>
        <translation>结果(&amp;R)</translation>
    </message>
    <message>
        <source>Show the recording with the takes in use.</source>
        <translation>显示采用重制版后的录音。</translation>
    </message>
    <message>
        <source>&amp;Original</source>
        <translation>原始录音(&amp;O)</translation>
    </message>
    <message>
        <source>Show the recording as it is in its file.</source>
        <translation>显示文件中原本的录音。</translation>
    </message>
    <message>
        <source>&amp;Difference</source>
        <translation>差异(&amp;D)</translation>
    </message>
    <message>
        <source>Show what the takes in use changed: result minus original.</source>
        <translation>显示所采用的重制版带来的变化：结果减去原始录音。</translation>
    </message>
    <message>
        <source>Original &amp;Beside Result</source>
        <translation>原始与结果并排(&amp;B)</translation>
    </message>
    <message>
        <source>Show two spectrograms: the original on the left, the result on the right.</source>
        <translation>显示两幅频谱图：左侧为原始录音，右侧为结果。</translation>
    </message>
    <message>
        <source>&amp;Linear</source>
        <translation>线性(&amp;L)</translation>
    </message>
    <message>
        <source>Equal distances for equal differences in hertz.</source>
        <translation>赫兹差相等则间距相等。</translation>
    </message>
    <message>
        <source>L&amp;ogarithmic</source>
        <translation>对数(&amp;O)</translation>
    </message>
    <message>
        <source>Equal distances for equal ratios.</source>
        <translation>频率比相等则间距相等。</translation>
    </message>
    <message>
        <source>&amp;Mel</source>
        <translation>梅尔(&amp;M)</translation>
    </message>
    <message>
        <source>Equal distances for equal steps in pitch as heard.</source>
        <translation>听感音高差相等则间距相等。</translation>
    </message>
    <message>
        <source>&amp;Hours, Minutes, Seconds</source>
        <translation>时、分、秒(&amp;H)</translation>
    </message>
    <message>
        <source>Show times as h:m:s and milliseconds.</source>
        <translation>以 时:分:秒 和毫秒显示时间。</translation>
    </message>
    <message>
        <source>&amp;Seconds</source>
        <translation>秒(&amp;S)</translation>
    </message>
    <message>
        <source>Show times in seconds.</source>
        <translation>以秒显示时间。</translation>
    </message>
    <message>
        <source>S&amp;amples</source>
        <translation>采样点(&amp;A)</translation>
    </message>
    <message>
        <source>Show times in samples.</source>
        <translation>以采样点显示时间。</translation>
    </message>
    <message>
        <source>Side &amp;Panel</source>
        <translation>侧面板(&amp;P)</translation>
    </message>
    <message>
        <source>Show or hide the column at the right.</source>
        <translation>显示或隐藏右侧的面板。</translation>
    </message>
    <message>
        <source>F&amp;ull Screen</source>
        <translation>全屏(&amp;U)</translation>
    </message>
    <message>
        <source>Give the window the whole screen.</source>
        <translation>让窗口占据整个屏幕。</translation>
    </message>
    <message>
        <source>&amp;Add Region</source>
        <translation>添加区域(&amp;A)</translation>
    </message>
    <message>
        <source>Keep the selection as a named region.</source>
        <translation>将选区保存为命名区域。</translation>
    </message>
    <message>
        <source>&amp;Previous Region</source>
        <translation>上一区域(&amp;P)</translation>
    </message>
    <message>
        <source>Go to the region before.</source>
        <translation>转到前一个区域。</translation>
    </message>
    <message>
        <source>Ne&amp;xt Region</source>
        <translation>下一区域(&amp;X)</translation>
    </message>
    <message>
        <source>Go to the region after.</source>
        <translation>转到后一个区域。</translation>
    </message>
    <message>
        <source>Move Region &amp;Up</source>
        <translation>上移区域(&amp;U)</translation>
    </message>
    <message>
        <source>Lay the region over the one above it; its take is heard where they overlap.</source>
        <translation>将区域移到其上方的区域之上；重叠处听到的是该区域的重制版。</translation>
    </message>
    <message>
        <source>Move Region Do&amp;wn</source>
        <translation>下移区域(&amp;W)</translation>
    </message>
    <message>
        <source>Lay the region under the one below it; its take is hidden where they overlap.</source>
        <translation>将区域移到其下方的区域之下；重叠处听不到该区域的重制版。</translation>
    </message>
    <message>
        <source>&amp;Delete Region</source>
        <translation>删除区域(&amp;D)</translation>
    </message>
    <message>
        <source>Delete the region with its takes; undo brings them back.</source>
        <translation>删除区域及其重制版；可撤销恢复。</translation>
    </message>
    <message>
        <source>&amp;Look for Damage</source>
        <translation>查找损伤(&amp;L)</translation>
    </message>
    <message>
        <source>Find gaps, clicks, clipping and a missing band.</source>
        <translation>查找缺口、咔嗒声、削波和缺失的频带。</translation>
    </message>
    <message>
        <source>&amp;Retake</source>
        <translation>重制(&amp;R)</translation>
    </message>
    <message>
        <source>Take the region or the selection again as the panel says; each further take has another seed.</source>
        <translation>按面板的设置重制区域或选区；之后的每个重制版使用不同的种子。</translation>
    </message>
    <message>
        <source>Retake as the Take in &amp;Use</source>
        <translation>按所用重制版再重制(&amp;U)</translation>
    </message>
    <message>
        <source>Make another take with the settings of the one in use and another seed.</source>
        <translation>用所用重制版的设置和另一个种子再制作一个重制版。</translation>
    </message>
    <message>
        <source>Retake All Re&amp;gions</source>
        <translation>重制所有区域(&amp;G)</translation>
    </message>
    <message>
        <source>Take every region again with the settings of the panel.</source>
        <translation>按面板中的设置重制每个区域。</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
    <message>
        <source>Stop the take that is being made, and those that wait.</source>
        <translation>停止正在进行和等待中的重制。</translation>
    </message>
    <message>
        <source>Use &amp;Original</source>
        <translation>采用原始录音(&amp;O)</translation>
    </message>
    <message>
        <source>Let the region sound as in the recording.</source>
        <translation>让区域保持录音中原本的声音。</translation>
    </message>
    <message>
        <source>Use &amp;Previous Take</source>
        <translation>采用上一个重制版(&amp;P)</translation>
    </message>
    <message>
        <source>Use the take before the one in use.</source>
        <translation>采用当前重制版的前一个。</translation>
    </message>
    <message>
        <source>Use &amp;Next Take</source>
        <translation>采用下一个重制版(&amp;N)</translation>
    </message>
    <message>
        <source>Use the take after the one in use.</source>
        <translation>采用当前重制版的后一个。</translation>
    </message>
    <message>
        <source>&amp;Star</source>
        <translation>加星标(&amp;S)</translation>
    </message>
    <message>
        <source>Mark the take in use as a good one.</source>
        <translation>将当前采用的重制版标记为佳作。</translation>
    </message>
    <message>
        <source>Repor&amp;t of This Take…</source>
        <translation>此重制版的报告(&amp;T)…</translation>
    </message>
    <message>
        <source>See what the take in use changed, with every measure, and save that as a page.</source>
        <translation>查看所用重制版改变了什么以及每项测量值，并可将其保存为网页。</translation>
    </message>
    <message>
        <source>&amp;Delete Take</source>
        <translation>删除重制版(&amp;D)</translation>
    </message>
    <message>
        <source>Delete the take in use; undo brings it back.</source>
        <translation>删除当前采用的重制版；可撤销恢复。</translation>
    </message>
    <message>
        <source>User &amp;Guide</source>
        <translation>用户指南(&amp;G)</translation>
    </message>
    <message>
        <source>A short guide, here in the program.</source>
        <translation>程序内的简短指南。</translation>
    </message>
    <message>
        <source>Show &amp;Log</source>
        <translation>显示日志(&amp;L)</translation>
    </message>
    <message>
        <source>What the program noted of what went wrong; it never leaves this machine.</source>
        <translation>程序记录的出错信息；绝不会离开本机。</translation>
    </message>
    <message>
        <source>&amp;About Retake</source>
        <translation>关于 Retake(&amp;A)</translation>
    </message>
    <message>
        <source>Version and licences.</source>
        <translation>版本与许可证。</translation>
    </message>
    <message>
        <source>&amp;Play or Pause</source>
        <translation>播放或暂停(&amp;P)</translation>
    </message>
    <message>
        <source>Play the selection, or from the cursor to the end; pause and go on.</source>
        <translation>播放选区，或从光标播放到结尾；暂停与继续。</translation>
    </message>
    <message>
        <source>Play from &amp;Cursor</source>
        <translation>从光标播放(&amp;C)</translation>
    </message>
    <message>
        <source>Play from the cursor on, whatever is selected.</source>
        <translation>从光标处开始播放，不论选中了什么。</translation>
    </message>
    <message>
        <source>Play &amp;Selection</source>
        <translation>播放选区(&amp;S)</translation>
    </message>
    <message>
        <source>Play the region or the selection from its start.</source>
        <translation>从头播放区域或选区。</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>停止(&amp;T)</translation>
    </message>
    <message>
        <source>Stop; the next time it begins anew.</source>
        <translation>停止；下次从头开始。</translation>
    </message>
    <message>
        <source>&amp;Loop</source>
        <translation>循环(&amp;L)</translation>
    </message>
    <message>
        <source>Play the selection, or all, again and again.</source>
        <translation>反复播放选区或全部。</translation>
    </message>
    <message>
        <source>Selected &amp;Band Only</source>
        <translation>仅所选频段(&amp;B)</translation>
    </message>
    <message>
        <source>Hear only the frequencies of the region or the selection.</source>
        <translation>只听区域或选区的频率。</translation>
    </message>
    <message>
        <source>Hear the recording as it is.</source>
        <translation>听原始录音。</translation>
    </message>
    <message>
        <source>&amp;Takes in Use</source>
        <translation>使用中的重制版(&amp;T)</translation>
    </message>
    <message>
        <source>Hear the recording with the takes in use.</source>
        <translation>听带有使用中重制版的录音。</translation>
    </message>
    <message>
        <source>&amp;Compared Take</source>
        <translation>对比重制版(&amp;C)</translation>
    </message>
    <message>
        <source>Hear the take that is marked in the list, where another one is in use.</source>
        <translation>听列表中标出的重制版，即使正在使用的是另一个。</translation>
    </message>
    <message>
        <source>Hear what the takes changed: takes minus original, never matched.</source>
        <translation>听重制版所改变的部分：重制版减去原始，不做响度匹配。</translation>
    </message>
    <message>
        <source>&amp;Match Levels</source>
        <translation>匹配响度(&amp;M)</translation>
    </message>
    <message>
        <source>Let takes be as loud as the original, while a region alone is played.</source>
        <translation>单独播放区域时，让各重制版与原始同样响。</translation>
    </message>
    <message>
        <source>Compare Pre&amp;vious Take</source>
        <translation>对比上一个重制版(&amp;V)</translation>
    </message>
    <message>
        <source>Mark the take before in the list, and hear it as the compared take.</source>
        <translation>标出列表中的上一个重制版，并作为对比重制版来听。</translation>
    </message>
    <message>
        <source>Compare Ne&amp;xt Take</source>
        <translation>对比下一个重制版(&amp;X)</translation>
    </message>
    <message>
        <source>Mark the take after in the list, and hear it as the compared take.</source>
        <translation>标出列表中的下一个重制版，并作为对比重制版来听。</translation>
    </message>
    <message>
        <source>Bli&amp;nd Test (ABX)…</source>
        <translation>盲听测试 (ABX)(&amp;N)…</translation>
    </message>
    <message>
        <source>Find out whether you hear a difference at all, without seeing which is which.</source>
        <translation>在不知道哪个是哪个的情况下，看看您是否真能听出差别。</translation>
    </message>
    <message>
        <source>&amp;Half (50 %)</source>
        <translation>一半 (50 %)(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Three Quarters (75 %)</source>
        <translation>四分之三 (75 %)(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;As Recorded (100 %)</source>
        <translation>原速 (100 %)(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Five Quarters (125 %)</source>
        <translation>四分之五 (125 %)(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;One and a Half (150 %)</source>
        <translation>一倍半 (150 %)(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Double (200 %)</source>
        <translation>两倍 (200 %)(&amp;D)</translation>
    </message>
    <message>
        <source>Play slower or faster; the pitch stays.</source>
        <translation>放慢或加快播放；音高不变。</translation>
    </message>
    <message>
        <source>&amp;Look for Devices</source>
        <translation>查找设备(&amp;L)</translation>
    </message>
    <message>
        <source>Find sound devices that were plugged in since.</source>
        <translation>查找之后接入的声音设备。</translation>
    </message>
</context>
<context>
    <name>BlindTest</name>
    <message>
        <source>Blind Test of {0}</source>
        <translation>{0} 的盲听测试</translation>
    </message>
    <message>
        <source>A is the original, B the take. X is one of them. Which one?</source>
        <translation>A 是原始录音，B 是重制版。X 是其中之一。是哪一个？</translation>
    </message>
    <message>
        <source>A  Original</source>
        <translation>A  原始</translation>
    </message>
    <message>
        <source>B  Take</source>
        <translation>B  重制版</translation>
    </message>
    <message>
        <source>X  ?</source>
        <translation>X  ?</translation>
    </message>
    <message>
        <source>Listen; the key is {0}.</source>
        <translation>监听；快捷键为 {0}。</translation>
    </message>
    <message>
        <source>X is A</source>
        <translation>X 是 A</translation>
    </message>
    <message>
        <source>X is B</source>
        <translation>X 是 B</translation>
    </message>
    <message>
        <source>Number of questions</source>
        <translation>题数</translation>
    </message>
    <message numerus="yes">
        <source>%n questions</source>
        <translation>
            <numerusform>%n 题</numerusform>
        </translation>
    </message>
    <message>
        <source>Again</source>
        <translation>再来一次</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Question {0} of {1}</source>
        <translation>第 {0} 题，共 {1} 题</translation>
    </message>
    <message>
        <source>Earlier results with this take: {0}</source>
        <translation>此重制版先前的结果：{0}</translation>
    </message>
    <message>
        <source>{right} of {asked} right; guessing does as well in {share} % of all tests.</source>
        <translation>{asked} 题中答对 {right} 题；凭猜测有 {share} % 的测试能达到同样结果。</translation>
    </message>
    <message>
        <source>You hear a difference.</source>
        <translation>您能听出差别。</translation>
    </message>
    <message>
        <source>That may well be guessing.</source>
        <translation>这很可能只是猜测。</translation>
    </message>
</context>
<context>
    <name>Child</name>
    <message>
        <source>The work in the background ended with code {0}.</source>
        <translation>后台工作以代码 {0} 结束。</translation>
    </message>
    <message>
        <source>The work in the background failed: {0}</source>
        <translation>后台工作失败：{0}</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
    <message>
        <source>Type to find a command</source>
        <translation>键入以查找命令</translation>
    </message>
    <message>
        <source>Letters of the command</source>
        <translation>命令中的文字</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
</context>
<context>
    <name>Cost</name>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>{seconds} s, about {needed} GB of memory</source>
        <translation>{seconds} 秒，约需 {needed} GB 内存</translation>
    </message>
    <message>
        <source>{text}; {free} GB are free, so it may be made with less, or fail</source>
        <translation>{text}；可用 {free} GB，因此可能以较少内存完成，也可能失败</translation>
    </message>
</context>
<context>
    <name>DocumentTab</name>
    <message>
        <source>Damage</source>
        <translation>损伤</translation>
    </message>
    <message>
        <source>Open with Zeros There</source>
        <translation>以零填充后打开</translation>
    </message>
    <message>
        <source>{0} was cut short by another program.</source>
        <translation>{0} 被其他程序截短了。</translation>
    </message>
    <message>
        <source>{0} was changed by another program.</source>
        <translation>{0} 被其他程序更改了。</translation>
    </message>
    <message>
        <source>The takes made so far are safe. No more can be made or exported here: open the file again.</source>
        <translation>已做好的重制版都完好无损。此处无法再制作或导出：请重新打开该文件。</translation>
    </message>
    <message>
        <source>Open It Again</source>
        <translation>重新打开</translation>
    </message>
</context>
<context>
    <name>Edit</name>
    <message>
        <source>Region {number}</source>
        <translation>区域 {number}</translation>
    </message>
    <message>
        <source>Add {region}</source>
        <translation>添加“{region}”</translation>
    </message>
    <message>
        <source>Add {count} regions</source>
        <translation>添加 {count} 个区域</translation>
    </message>
    <message>
        <source>Change the bounds of {region}</source>
        <translation>更改“{region}”的边界</translation>
    </message>
    <message>
        <source>Change the notes of {region}</source>
        <translation>更改“{region}”的备注</translation>
    </message>
    <message>
        <source>Rename {region}</source>
        <translation>重命名“{region}”</translation>
    </message>
    <message>
        <source>Remove {region}</source>
        <translation>移除“{region}”</translation>
    </message>
    <message>
        <source>Remove {count} regions</source>
        <translation>移除 {count} 个区域</translation>
    </message>
    <message>
        <source>Raise {region}</source>
        <translation>上移“{region}”</translation>
    </message>
    <message>
        <source>Lower {region}</source>
        <translation>下移“{region}”</translation>
    </message>
    <message>
        <source>Use the original of {region}</source>
        <translation>“{region}”采用原始录音</translation>
    </message>
    <message>
        <source>take {take} is of region {region}; one of region {expected} is expected</source>
        <translation>重制版 {take} 属于区域 {region}；应为区域 {expected} 的重制版</translation>
    </message>
    <message>
        <source>Use {take} of {region}</source>
        <translation>“{region}”采用“{take}”</translation>
    </message>
    <message>
        <source>Add {take} to {region}</source>
        <translation>向“{region}”添加“{take}”</translation>
    </message>
    <message>
        <source>Rename {take}</source>
        <translation>重命名“{take}”</translation>
    </message>
    <message>
        <source>Star {take}</source>
        <translation>为“{take}”加星标</translation>
    </message>
    <message>
        <source>Take the star off {take}</source>
        <translation>取消“{take}”的星标</translation>
    </message>
    <message>
        <source>Remove {take}</source>
        <translation>移除“{take}”</translation>
    </message>
    <message>
        <source>Remove {count} takes</source>
        <translation>移除 {count} 个重制版</translation>
    </message>
    <message>
        <source>Take {number}</source>
        <translation>重制版 {number}</translation>
    </message>
    <message>
        <source>region reaches from frame {start} to {end}</source>
        <translation>区域范围为第 {start} 至 {end} 帧</translation>
    </message>
    <message>
        <source>the recording holds 0 to {last}, and the end lies after the start</source>
        <translation>录音范围为 0 至 {last}，且结束须在开始之后</translation>
    </message>
    <message>
        <source>band is {low:g} to {high:g} Hz; it must rise, within 0 to {most:g} Hz</source>
        <translation>频带为 {low:g} 至 {high:g} Hz；须由低到高，且在 0 至 {most:g} Hz 之内</translation>
    </message>
    <message>
        <source>the take has {channels} channels and reaches from frame {start} to {end}</source>
        <translation>重制版有 {channels} 个声道，范围为第 {start} 至 {end} 帧</translation>
    </message>
    <message>
        <source>the recording has {channels} channels and {frames} frames</source>
        <translation>录音有 {channels} 个声道、{frames} 帧</translation>
    </message>
    <message>
        <source>there is no region {number}</source>
        <translation>没有区域 {number}</translation>
    </message>
    <message>
        <source>there is no take {number}</source>
        <translation>没有重制版 {number}</translation>
    </message>
</context>
<context>
    <name>EditorView</name>
    <message>
        <source>Editor</source>
        <translation>编辑器</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>原始录音</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差异</translation>
    </message>
</context>
<context>
    <name>Engine</name>
    <message>
        <source>the GPU failed and can only be used by a new process</source>
        <translation>GPU 出现故障，只有新的进程才能再使用它</translation>
    </message>
    <message>
        <source>it ended with exit code {code}</source>
        <translation>以退出码 {code} 结束</translation>
    </message>
    <message>
        <source>it was killed ({name}), perhaps because memory ran out</source>
        <translation>被终止（{name}），可能因内存耗尽</translation>
    </message>
    <message>
        <source>it crashed ({name})</source>
        <translation>已崩溃（{name}）</translation>
    </message>
    <message>
        <source>it was ended ({name})</source>
        <translation>被结束（{name}）</translation>
    </message>
    <message>
        <source>the engine process can&apos;t be started: {error}</source>
        <translation>无法启动引擎进程：{error}</translation>
    </message>
    <message>
        <source>the take can&apos;t be read from shared memory: {reason}</source>
        <translation>无法从共享内存读取重制版：{reason}</translation>
    </message>
    <message>
        <source>the engine process ended during this job: {why}; nothing else was lost</source>
        <translation>引擎进程在此任务中途结束：{why}；其余内容均未丢失</translation>
    </message>
    <message>
        <source>the engine process ended {count} times in a row, the last time: {why}</source>
        <translation>引擎进程连续结束 {count} 次，最近一次：{why}</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>{path}: is the recording itself, which is never overwritten; choose another name</source>
        <translation>{path}：这是录音本身，绝不会被覆盖；请另选名称</translation>
    </message>
    <message>
        <source>{path}: exists already; choose another name</source>
        <translation>{path}：已存在；请另选名称</translation>
    </message>
    <message>
        <source>the export failed: {error}</source>
        <translation>导出失败：{error}</translation>
    </message>
    <message>
        <source>WAV (extensible)</source>
        <translation>WAV（可扩展）</translation>
    </message>
    <message>
        <source>RF64 (WAV past 4 GB)</source>
        <translation>RF64（超过 4 GB 的 WAV）</translation>
    </message>
    <message>
        <source>32-bit float</source>
        <translation>32 位浮点</translation>
    </message>
    <message>
        <source>64-bit float</source>
        <translation>64 位浮点</translation>
    </message>
    <message>
        <source>{name}, lossy</source>
        <translation>{name}，有损</translation>
    </message>
    <message>
        <source>{bits} bit</source>
        <translation>{bits} 位</translation>
    </message>
    <message>
        <source>{bits}, unsigned</source>
        <translation>{bits}，无符号</translation>
    </message>
    <message>
        <source>About {size}</source>
        <translation>约 {size}</translation>
    </message>
    <message>
        <source>{count} files, about {size} together</source>
        <translation>{count} 个文件，共约 {size}</translation>
    </message>
    <message>
        <source>For non-commercial use only: takes in it were made with {models}.</source>
        <translation>仅限非商业用途：其中的重制版由 {models} 生成。</translation>
    </message>
    <message>
        <source>Lossy: every sample changes a little, outside the takes too.</source>
        <translation>有损：每个采样点都会略有变化，重制版之外也不例外。</translation>
    </message>
    <message>
        <source>All samples are rounded to {bits} bits.</source>
        <translation>所有采样点舍入为 {bits} 位。</translation>
    </message>
    <message>
        <source>All samples are computed anew.</source>
        <translation>所有采样点都将重新计算。</translation>
    </message>
    <message>
        <source>Outside the takes every sample is kept as it is.</source>
        <translation>重制版之外的每个采样点保持不变。</translation>
    </message>
    <message>
        <source>no takes are chosen; tick those that are to be exported</source>
        <translation>未选择重制版；请勾选要导出的重制版</translation>
    </message>
    <message>
        <source>there are no regions to export</source>
        <translation>没有可导出的区域</translation>
    </message>
    <message>
        <source>nothing is selected; select what is to be exported</source>
        <translation>未选择任何内容；请选择要导出的部分</translation>
    </message>
    <message>
        <source>original</source>
        <translation>原始</translation>
    </message>
    <message>
        <source>region</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>names are to follow {pattern!r}; accepted in braces are {accepted}</source>
        <translation>文件名格式为 {pattern!r}；花括号中可用 {accepted}</translation>
    </message>
    <message>
        <source>names of the files are empty; at least one character is expected</source>
        <translation>文件名为空；至少需要一个字符</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>What to export</source>
        <translation>导出内容</translation>
    </message>
    <message>
        <source>Names of the files</source>
        <translation>文件名</translation>
    </message>
    <message>
        <source>{source} {number} {region} {take} {start} are filled in</source>
        <translation>可自动填入 {source} {number} {region} {take} {start}</translation>
    </message>
    <message>
        <source>&amp;Browse…</source>
        <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
        <source>List the takes in a &amp;text file beside it</source>
        <translation>在旁附上列出重制版的文本文件(&amp;T)</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>导出进度</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>导出(&amp;E)</translation>
    </message>
    <message>
        <source>Whole recording</source>
        <translation>整段录音</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>选区</translation>
    </message>
    <message>
        <source>Each region ({count})</source>
        <translation>每个区域（{count}）</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>重制版</translation>
    </message>
    <message>
        <source>E&amp;xport</source>
        <translation>内容(&amp;X)</translation>
    </message>
    <message>
        <source>&amp;Names</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Folder</source>
        <translation>文件夹(&amp;F)</translation>
    </message>
    <message>
        <source>F&amp;older</source>
        <translation>文件夹(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>selection</source>
        <translation>选区</translation>
    </message>
    <message>
        <source>restored</source>
        <translation>已修复</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>导出到文件夹</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>导出到文件</translation>
    </message>
    <message>
        <source>A file will be overwritten:</source>
        <translation>将覆盖一个文件：</translation>
    </message>
    <message>
        <source>{count} files will be overwritten:</source>
        <translation>将覆盖 {count} 个文件：</translation>
    </message>
    <message>
        <source>Overwrite</source>
        <translation>覆盖</translation>
    </message>
    <message>
        <source>Exporting…</source>
        <translation>正在导出…</translation>
    </message>
    <message>
        <source>Stopped; files that were whole by then are kept, nothing else.</source>
        <translation>已停止；仅保留此前已完整写出的文件。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>Recordings and projects</source>
        <translation>录音和工程</translation>
    </message>
    <message>
        <source>Projects</source>
        <translation>工程</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Everything is in {0} already.</source>
        <translation>所有内容均已保存在 {0} 中。</translation>
    </message>
    <message>
        <source>Saving {0}…</source>
        <translation>正在保存 {0}…</translation>
    </message>
    <message>
        <source>Save Project</source>
        <translation>保存工程</translation>
    </message>
    <message>
        <source>Saved as {0}. From now on every change is written there at once.</source>
        <translation>已保存为 {0}。此后每次更改都会立即写入其中。</translation>
    </message>
    <message>
        <source>Taking {0} into the project…</source>
        <translation>正在将 {0} 存入工程…</translation>
    </message>
    <message>
        <source>The project now holds the recording itself.</source>
        <translation>工程现已包含录音本身。</translation>
    </message>
    <message>
        <source>Exported {0}.</source>
        <translation>已导出 {0}。</translation>
    </message>
    <message>
        <source>Exported {0} files.</source>
        <translation>已导出 {0} 个文件。</translation>
    </message>
    <message>
        <source>Save the work on {0}?</source>
        <translation>要保存对 {0} 所做的工作吗？</translation>
    </message>
    <message>
        <source>Its regions and takes have no project file yet. The recording itself is untouched.</source>
        <translation>其区域和重制版尚未存入工程文件。录音本身未被改动。</translation>
    </message>
</context>
<context>
    <name>Findings</name>
    <message>
        <source>looking for damage failed: {error}</source>
        <translation>查找损伤失败：{error}</translation>
    </message>
    <message>
        <source>Gap</source>
        <translation>缺口</translation>
    </message>
    <message>
        <source>Clipping</source>
        <translation>削波</translation>
    </message>
    <message>
        <source>Click</source>
        <translation>咔嗒声</translation>
    </message>
    <message>
        <source>Band limit</source>
        <translation>频带受限</translation>
    </message>
    <message>
        <source>Hum</source>
        <translation>交流声</translation>
    </message>
    <message>
        <source>dropout of {length}</source>
        <translation>信号缺失 {length}</translation>
    </message>
    <message>
        <source>1 sample clipped at {level} dBFS</source>
        <translation>1 个采样点在 {level} dBFS 处削波</translation>
    </message>
    <message>
        <source>{count} samples clipped at {level} dBFS</source>
        <translation>{count} 个采样点在 {level} dBFS 处削波</translation>
    </message>
    <message>
        <source>click standing out by {above} dB</source>
        <translation>咔嗒声高出 {above} dB</translation>
    </message>
    <message>
        <source>hardly anything above {cutoff} kHz</source>
        <translation>{cutoff} kHz 以上几乎没有内容</translation>
    </message>
    <message>
        <source>hum of {mains} Hz, {above} dB above what is beside it</source>
        <translation>{mains} Hz 交流声，比邻近频率高 {above} dB</translation>
    </message>
</context>
<context>
    <name>FindingsList</name>
    <message>
        <source>Findings</source>
        <translation>检测结果</translation>
    </message>
</context>
<context>
    <name>FindingsPanel</name>
    <message>
        <source>Damage that was found</source>
        <translation>检测到的损伤</translation>
    </message>
    <message>
        <source>Looking for damage…</source>
        <translation>正在查找损伤…</translation>
    </message>
    <message>
        <source>Looks through the whole recording for gaps, clipping, clicks and hum</source>
        <translation>在整段录音中查找缺口、削波、咔嗒声和交流声</translation>
    </message>
    <message>
        <source>Kind of damage that is listed</source>
        <translation>所列损伤的类型</translation>
    </message>
    <message>
        <source>Previous finding</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>Next finding</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>&amp;Make region</source>
        <translation>设为区域(&amp;M)</translation>
    </message>
    <message>
        <source>Make regions of &amp;all</source>
        <translation>全部设为区域(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Ignore</source>
        <translation>忽略(&amp;I)</translation>
    </message>
    <message>
        <source>Take it off this list (Delete)</source>
        <translation>从列表中移除（Delete）</translation>
    </message>
    <message>
        <source>Progress of the search</source>
        <translation>查找进度</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Stop looking</source>
        <translation>停止查找</translation>
    </message>
    <message>
        <source>&amp;Look for damage</source>
        <translation>查找损伤(&amp;L)</translation>
    </message>
    <message>
        <source>All kinds ({count})</source>
        <translation>所有类型（{count}）</translation>
    </message>
    <message>
        <source>whole file</source>
        <translation>整个文件</translation>
    </message>
    <message>
        <source>{text} (channel {channels})</source>
        <translation>{text}（声道 {channels}）</translation>
    </message>
    <message>
        <source>Gaps, clipping, clicks, a band limit and hum are looked for in the whole recording.</source>
        <translation>将在整段录音中查找缺口、削波、咔嗒声、频带受限和交流声。</translation>
    </message>
    <message>
        <source>Nothing is left to look at.</source>
        <translation>已全部处理完毕。</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>未发现损伤。</translation>
    </message>
    <message>
        <source>The worst are listed; there are {count} more.</source>
        <translation>仅列出最严重的；另有 {count} 处。</translation>
    </message>
    <message>
        <source>Suggested task: {task}.</source>
        <translation>建议任务：{task}。</translation>
    </message>
</context>
<context>
    <name>Fold</name>
    <message>
        <source>shown</source>
        <translation>已展开</translation>
    </message>
    <message>
        <source>hidden</source>
        <translation>已折叠</translation>
    </message>
</context>
<context>
    <name>FormatBox</name>
    <message>
        <source>File format</source>
        <translation>文件格式</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>采样格式</translation>
    </message>
    <message>
        <source>Sample rate</source>
        <translation>采样率</translation>
    </message>
    <message>
        <source>&amp;Dither where samples are rounded</source>
        <translation>舍入采样点时加抖动(&amp;D)</translation>
    </message>
    <message>
        <source>Keeps the error of rounding free of the sound; triangular, 2 steps wide</source>
        <translation>使舍入误差与声音无关；三角分布，宽 2 个量化级</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>电平</translation>
    </message>
    <message>
        <source>Level to reach</source>
        <translation>目标电平</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>格式(&amp;F)</translation>
    </message>
    <message>
        <source>Sa&amp;mples</source>
        <translation>采样格式(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Rate</source>
        <translation>采样率(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Level</source>
        <translation>电平(&amp;L)</translation>
    </message>
    <message>
        <source>Leave as it is</source>
        <translation>保持不变</translation>
    </message>
    <message>
        <source>Peak at</source>
        <translation>峰值为</translation>
    </message>
    <message>
        <source>Loudness of</source>
        <translation>响度为</translation>
    </message>
    <message>
        <source>{rate} (as recorded)</source>
        <translation>{rate}（与录音相同）</translation>
    </message>
</context>
<context>
    <name>FrequencyRuler</name>
    <message>
        <source>Frequency ruler</source>
        <translation>频率标尺</translation>
    </message>
</context>
<context>
    <name>GuideWindow</name>
    <message>
        <source>Retake User Guide</source>
        <translation>Retake 用户指南</translation>
    </message>
    <message>
        <source>User guide</source>
        <translation>用户指南</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>As it was opened</source>
        <translation>打开时的状态</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Choose a step to go back to it, or on to it again.</source>
        <translation>选择一个步骤即可回到该处，或再次前进到该处。</translation>
    </message>
</context>
<context>
    <name>JobBox</name>
    <message>
        <source>Retake</source>
        <translation>重制</translation>
    </message>
    <message>
        <source>Progress of the job</source>
        <translation>任务进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stop the job; nothing is changed.</source>
        <translation>停止任务；不作任何更改。</translation>
    </message>
    <message>
        <source>Cancel the job</source>
        <translation>取消任务</translation>
    </message>
    <message>
        <source>Take the region again with these settings.</source>
        <translation>按这些设置重制区域。</translation>
    </message>
    <message>
        <source>Select a part of the recording first.</source>
        <translation>请先选择录音的一部分。</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>剩余 {seconds} 秒</translation>
    </message>
</context>
<context>
    <name>Lacking</name>
    <message>
        <source>{method} can&apos;t tell this model what is said; choose another method or model.</source>
        <translation>“{method}”无法告诉此模型所说的内容；请选择其他方法或模型。</translation>
    </message>
    <message>
        <source>This model speaks: type what is said under Spoken words.</source>
        <translation>此模型会说话：请在“所说的话”中输入要说的内容。</translation>
    </message>
</context>
<context>
    <name>LevelField</name>
    <message>
        <source>auto</source>
        <translation>自动</translation>
    </message>
</context>
<context>
    <name>LevelMeter</name>
    <message>
        <source>Level meter</source>
        <translation>电平表</translation>
    </message>
    <message>
        <source>True peak</source>
        <translation>真峰值</translation>
    </message>
    <message>
        <source>Momentary, 0.4 s</source>
        <translation>瞬时，0.4 秒</translation>
    </message>
    <message>
        <source>Short-term, 3 s</source>
        <translation>短期，3 秒</translation>
    </message>
    <message>
        <source>Integrated</source>
        <translation>综合</translation>
    </message>
    <message>
        <source>Correlation of the channels</source>
        <translation>声道相关度</translation>
    </message>
</context>
<context>
    <name>LevelRuler</name>
    <message>
        <source>Level ruler</source>
        <translation>电平标尺</translation>
    </message>
</context>
<context>
    <name>Licence</name>
    <message>
        <source>Licence of a Model</source>
        <translation>模型许可证</translation>
    </message>
    <message>
        <source>{model} is for non-commercial use only.</source>
        <translation>{model} 仅限非商业用途。</translation>
    </message>
    <message>
        <source>Its licence is {licence}. What you make with it is for non-commercial use only too: takes, and every export with one of them in it. Takes keep the model&apos;s name and licence.

The bundled model is free to use for anything.</source>
        <translation>其许可证为 {licence}。用它生成的内容同样仅限非商业用途：包括重制版，以及含有这些重制版的任何导出文件。重制版会记录模型的名称和许可证。

内置模型可自由用于任何用途。</translation>
    </message>
    <message>
        <source>Use It</source>
        <translation>使用</translation>
    </message>
</context>
<context>
    <name>Listening</name>
    <message>
        <source>The system&apos;s own</source>
        <translation>系统默认</translation>
    </message>
    <message>
        <source>{0} (not there)</source>
        <translation>{0}（不存在）</translation>
    </message>
    <message>
        <source>Low Latency</source>
        <translation>低延迟</translation>
    </message>
    <message>
        <source>Normal Latency</source>
        <translation>普通延迟</translation>
    </message>
    <message>
        <source>High Latency</source>
        <translation>高延迟</translation>
    </message>
</context>
<context>
    <name>LogWindow</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>The log is empty.</source>
        <translation>日志为空。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Close this document</source>
        <translation>关闭此文档</translation>
    </message>
    <message>
        <source>The preferences could not be stored: {0}</source>
        <translation>无法保存首选项：{0}</translation>
    </message>
    <message>
        <source>Something went wrong; the log has the details. {0}</source>
        <translation>出错了；详情见日志。{0}</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>The engine had to be started again: {0}</source>
        <translation>引擎已重新启动：{0}</translation>
    </message>
</context>
<context>
    <name>Message</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>ModelChoice</name>
    <message>
        <source>The model that takes the region again; the bundled one is free to use for anything.</source>
        <translation>用于重制区域的模型；内置模型可自由用于任何用途。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Browse for a model</source>
        <translation>浏览模型</translation>
    </message>
    <message>
        <source>Use a model from a folder in diffusers&apos; layout.</source>
        <translation>使用 diffusers 目录结构的文件夹中的模型。</translation>
    </message>
    <message>
        <source>non-commercial</source>
        <translation>非商业</translation>
    </message>
    <message>
        <source>Licence: {licence}</source>
        <translation>许可证：{licence}</translation>
    </message>
    <message>
        <source>Bundled</source>
        <translation>内置</translation>
    </message>
    <message>
        <source>It could not be remembered for the next time: {why}</source>
        <translation>无法记住此选择供下次使用：{why}</translation>
    </message>
    <message>
        <source>Choose a model&apos;s folder</source>
        <translation>选择模型文件夹</translation>
    </message>
</context>
<context>
    <name>NumberEdit</name>
    <message>
        <source>{what}: {text} isn&apos;t accepted; {low} to {high}{unit} is</source>
        <translation>{what}：不接受 {text}；可用范围为 {low} 至 {high}{unit}</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>空值</translation>
    </message>
</context>
<context>
    <name>OpenFlow</name>
    <message>
        <source>Here is a recording with a gap, already selected. Press R to have it filled.</source>
        <translation>这段录音中有一处缺口，已为您选中。按 R 即可填补。</translation>
    </message>
    <message>
        <source>Fill It</source>
        <translation>填补</translation>
    </message>
    <message numerus="yes">
        <source>%n take(s)</source>
        <translation>
            <numerusform>%n 个重制版</numerusform>
        </translation>
    </message>
    <message>
        <source>{0} was not saved when Retake ended: {1}, {2}.</source>
        <translation>{0} 在 Retake 结束时尚未保存：{1}，{2}。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Remove for Good…</source>
        <translation>永久删除…</translation>
    </message>
    <message>
        <source>Remove the unsaved work on {0} for good?</source>
        <translation>要永久删除 {0} 的未保存工作吗？</translation>
    </message>
    <message>
        <source>This can&apos;t be undone. The recording itself stays.</source>
        <translation>此操作无法撤销。录音本身会保留。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Opening {0}…</source>
        <translation>正在打开 {0}…</translation>
    </message>
    <message>
        <source>Open What Is There</source>
        <translation>打开现有部分</translation>
    </message>
    <message>
        <source>Open with Zeros There</source>
        <translation>以零填充后打开</translation>
    </message>
    <message>
        <source>The recording {0} is not where it was.</source>
        <translation>录音 {0} 不在原来的位置。</translation>
    </message>
    <message>
        <source>It was at {0}. Where is it now?</source>
        <translation>它原在 {0}。现在在哪里？</translation>
    </message>
    <message>
        <source>Find It…</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>Find {0}</source>
        <translation>查找 {0}</translation>
    </message>
    <message>
        <source>{0} is not the recording that this project was made with.</source>
        <translation>{0} 不是制作此工程时所用的录音。</translation>
    </message>
    <message>
        <source>Its contents are others. Takes may not fit to what lies around them.</source>
        <translation>其内容不同。重制版可能与前后声音不衔接。</translation>
    </message>
    <message>
        <source>Use It All the Same</source>
        <translation>仍然使用</translation>
    </message>
    <message>
        <source>Recover What Can Be</source>
        <translation>尽量恢复</translation>
    </message>
    <message>
        <source>Recovering {0}…</source>
        <translation>正在恢复 {0}…</translation>
    </message>
    <message>
        <source>Nothing was lost.</source>
        <translation>没有任何丢失。</translation>
    </message>
    <message>
        <source>What was recovered is kept, and offered at the next start.</source>
        <translation>已恢复的内容已保留，下次启动时会再次提供。</translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>The whole file. Drag the frame to move the view, its edges to zoom. Arrows move, + and - zoom.</source>
        <translation>整个文件。拖动方框移动视图，拖动其边缘缩放。方向键移动，+ 和 - 缩放。</translation>
    </message>
</context>
<context>
    <name>Pane</name>
    <message>
        <source>Waveform and spectrogram</source>
        <translation>波形与频谱图</translation>
    </message>
    <message>
        <source>h:m:s</source>
        <translation>时分秒</translation>
    </message>
    <message>
        <source>s</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>smp</source>
        <translation>采样</translation>
    </message>
    <message>
        <source>Unit of the time ruler</source>
        <translation>时间标尺的单位</translation>
    </message>
    <message>
        <source>Hours, minutes, seconds</source>
        <translation>时、分、秒</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>采样点</translation>
    </message>
</context>
<context>
    <name>Playback</name>
    <message>
        <source>sound can&apos;t be played: {error}; on Debian and Ubuntu, install libportaudio2</source>
        <translation>无法播放声音：{error}；在 Debian 和 Ubuntu 上请安装 libportaudio2</translation>
    </message>
    <message>
        <source>sound devices can&apos;t be listed: {error}</source>
        <translation>无法列出声音设备：{error}</translation>
    </message>
    <message>
        <source>there is no device to play on</source>
        <translation>没有可用于播放的设备</translation>
    </message>
    <message>
        <source>{name}: can&apos;t be opened: {error}</source>
        <translation>{name}：无法打开：{error}</translation>
    </message>
</context>
<context>
    <name>Player</name>
    <message>
        <source>{name}, {rate} Hz, {latency} ms, {underruns} underruns</source>
        <translation>{name}，{rate} Hz，{latency} 毫秒，欠载 {underruns} 次</translation>
    </message>
    <message>
        <source>{wanted} isn&apos;t there; it is played on {name}.</source>
        <translation>{wanted} 不存在；改在 {name} 上播放。</translation>
    </message>
    <message>
        <source>{name} doesn&apos;t play {rate} Hz; what you hear is resampled to {own} Hz.</source>
        <translation>{name} 不支持 {rate} Hz；您听到的已重采样为 {own} Hz。</translation>
    </message>
    <message>
        <source>{name} stopped, or was unplugged. Play again to go on, on the device that is there.</source>
        <translation>{name} 已停止或已拔出。再次播放即可在现有设备上继续。</translation>
    </message>
</context>
<context>
    <name>Playing</name>
    <message>
        <source>Choose a region with a take in use: it is compared with the original.</source>
        <translation>请选择一个正在使用重制版的区域：它将与原始录音对比。</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>首选项</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>跟随桌面</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>A new language is spoken from the next start on.</source>
        <translation>新语言在下次启动后生效。</translation>
    </message>
    <message>
        <source>Hours, minutes, seconds</source>
        <translation>时、分、秒</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>采样点</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>时间格式</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>线性</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>对数</translation>
    </message>
    <message>
        <source>Mel</source>
        <translation>梅尔</translation>
    </message>
    <message>
        <source>Frequency scale</source>
        <translation>频率刻度</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>灰度</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>配色</translation>
    </message>
    <message>
        <source>Brightest at</source>
        <translation>最亮电平</translation>
    </message>
    <message>
        <source>dBFS</source>
        <translation>dBFS</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>动态范围</translation>
    </message>
    <message>
        <source>dB</source>
        <translation>dB</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗长</translation>
    </message>
    <message numerus="yes">
        <source>%n samples</source>
        <translation>
            <numerusform>%n 个采样点</numerusform>
        </translation>
    </message>
    <message>
        <source>The fastest there is</source>
        <translation>最快的可用设备</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>NVIDIA GPU (CUDA)</source>
        <translation>NVIDIA GPU（CUDA）</translation>
    </message>
    <message>
        <source>Apple GPU (MPS)</source>
        <translation>Apple GPU（MPS）</translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>Snap selections to zero crossings</source>
        <translation>将选区吸附到过零点</translation>
    </message>
    <message>
        <source>Make a quick take ahead of the full one</source>
        <translation>先做一个快速重制版，再做完整的</translation>
    </message>
</context>
<context>
    <name>PresetBar</name>
    <message>
        <source>Choose all settings at once, or keep the ones that are set now.</source>
        <translation>一次选定所有设置，或保存当前设置。</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>预设名称</translation>
    </message>
    <message>
        <source>Enter saves the settings under this name, Escape doesn&apos;t.</source>
        <translation>按 Enter 以此名称保存设置，按 Esc 放弃。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save the settings that are set now as a preset.</source>
        <translation>将当前设置保存为预设。</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Preset: {name}</source>
        <translation>预设：{name}</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Preset {name} is saved</source>
        <translation>预设“{name}”已保存</translation>
    </message>
    <message>
        <source>Preset {name} is deleted</source>
        <translation>预设“{name}”已删除</translation>
    </message>
</context>
<context>
    <name>Presets</name>
    <message>
        <source>Fill a gap</source>
        <translation>填补缺口</translation>
    </message>
    <message>
        <source>Invents a gap, dropout or cough from what lies around.</source>
        <translation>根据前后的声音补全缺口、信号缺失或咳嗽声。</translation>
    </message>
    <message>
        <source>Fill a gap, freely</source>
        <translation>自由填补缺口</translation>
    </message>
    <message>
        <source>The same, and the model may leave its first guess further: try several seeds.</source>
        <translation>同上，但模型可更远地偏离初步推测：请多试几个种子。</translation>
    </message>
    <message>
        <source>Remove noise</source>
        <translation>降噪</translation>
    </message>
    <message>
        <source>Lowers hiss and hum as far as they can be told from the sound.</source>
        <translation>在能与声音区分的范围内降低嘶声和交流声。</translation>
    </message>
    <message>
        <source>Remove noise, gently</source>
        <translation>轻度降噪</translation>
    </message>
    <message>
        <source>Lowers noise by 12 dB at most, so that the room stays.</source>
        <translation>最多降噪 12 dB，以保留空间感。</translation>
    </message>
    <message>
        <source>Mend clipping</source>
        <translation>修复削波</translation>
    </message>
    <message>
        <source>Makes clipped peaks anew and leaves every other sample as it is.</source>
        <translation>重制削波的峰值，其余采样点保持不变。</translation>
    </message>
    <message>
        <source>Extend the band</source>
        <translation>扩展频带</translation>
    </message>
    <message>
        <source>Adds what is missing above the cut-off of a dull or telephone recording.</source>
        <translation>为沉闷或电话录音补上截止频率以上缺失的内容。</translation>
    </message>
    <message>
        <source>As it is, closely</source>
        <translation>忠实原样</translation>
    </message>
    <message>
        <source>Takes the region again as near to the recording as the model can.</source>
        <translation>以模型所能做到的最大限度贴近录音地重制区域。</translation>
    </message>
    <message>
        <source>the folder of presets can&apos;t be read: {error}</source>
        <translation>无法读取预设文件夹：{error}</translation>
    </message>
    <message>
        <source>name is {name!r}; 1 to {most} characters are accepted</source>
        <translation>名称为 {name!r}；可用 1 至 {most} 个字符</translation>
    </message>
    <message>
        <source>{path} can&apos;t be made: {error}</source>
        <translation>无法创建 {path}：{error}</translation>
    </message>
    <message>
        <source>preset {name} came with Retake; only your own can be deleted</source>
        <translation>预设 {name} 随 Retake 附带；只能删除您自己的预设</translation>
    </message>
    <message>
        <source>{path} can&apos;t be deleted: {error}</source>
        <translation>无法删除 {path}：{error}</translation>
    </message>
</context>
<context>
    <name>Project</name>
    <message>
        <source>{path}: can&apos;t be read: {error}</source>
        <translation>{path}：无法读取：{error}</translation>
    </message>
    <message>
        <source>{path}: its beginning is damaged; the rest can be recovered into a new project</source>
        <translation>{path}：文件开头已损坏；其余部分可恢复到新工程中</translation>
    </message>
    <message>
        <source>{path}: is no Retake project</source>
        <translation>{path}：不是 Retake 工程</translation>
    </message>
    <message>
        <source>{path}: is damaged; what can be read of it can be recovered into a new project</source>
        <translation>{path}：已损坏；其中可读的内容可恢复到新工程中</translation>
    </message>
    <message>
        <source>{path}: was saved by a newer Retake (project version {version}); this one opens up to {most}</source>
        <translation>{path}：由较新版本的 Retake 保存（工程格式 {version}）；本程序最高支持 {most}</translation>
    </message>
    <message>
        <source>{path}: no space: {error}; the last change was not kept. Free some space and try again</source>
        <translation>{path}：空间不足：{error}；上一次更改未保留。请释放一些空间后重试</translation>
    </message>
    <message>
        <source>{path}: can&apos;t be written: {error}</source>
        <translation>{path}：无法写入：{error}</translation>
    </message>
    <message>
        <source>{path}: can&apos;t be written: another program has kept it locked for {seconds} s</source>
        <translation>{path}：无法写入：另一程序已将其锁定 {seconds} 秒</translation>
    </message>
    <message>
        <source>{path}: is damaged: {error}</source>
        <translation>{path}：已损坏：{error}</translation>
    </message>
    <message>
        <source>{path}: can&apos;t be read or written: {error}</source>
        <translation>{path}：无法读取或写入：{error}</translation>
    </message>
    <message>
        <source>{path}: is open in another window; close it there first</source>
        <translation>{path}：已在另一窗口中打开；请先在那里关闭</translation>
    </message>
    <message>
        <source>edits are saved at once, so copy the project to a place where you may write</source>
        <translation>编辑会立即保存，请将工程复制到可写入的位置</translation>
    </message>
    <message>
        <source>{path}: is not writable; {advice}</source>
        <translation>{path}：不可写；{advice}</translation>
    </message>
    <message>
        <source>{path}: its folder is not writable; {advice}</source>
        <translation>{path}：其所在文件夹不可写；{advice}</translation>
    </message>
    <message>
        <source>{path}: is not there; {project} needs a recording</source>
        <translation>{path}：不存在；{project} 需要一段录音</translation>
    </message>
    <message>
        <source>{path}: is not the recording that {project} was made with</source>
        <translation>{path}：不是制作 {project} 时所用的录音</translation>
    </message>
    <message>
        <source>{frames} frames of {channels} channels at {rate} Hz</source>
        <translation>{frames} 帧、{channels} 声道、{rate} Hz</translation>
    </message>
    <message>
        <source>{path}: holds {found}; the project was made with {wanted}</source>
        <translation>{path}：内容为 {found}；制作工程时为 {wanted}</translation>
    </message>
    <message>
        <source>{name} recovered</source>
        <translation>{name} 已恢复</translation>
    </message>
    <message>
        <source>{path}: is damaged, and it can&apos;t be read which recording it belongs to</source>
        <translation>{path}：已损坏，无法读出它属于哪段录音</translation>
    </message>
    <message>
        <source>Some regions or takes can&apos;t be read; how many is not known.</source>
        <translation>部分区域或重制版无法读取；数量未知。</translation>
    </message>
    <message>
        <source>{take} of {region}</source>
        <translation>{region} 的 {take}</translation>
    </message>
    <message>
        <source>{take} is lost: its sound can&apos;t be read.</source>
        <translation>“{take}”已丢失：无法读取其声音。</translation>
    </message>
    <message>
        <source>{take} is silent {times}: that can&apos;t be read.</source>
        <translation>“{take}”在{times}为静音：该处无法读取。</translation>
    </message>
    <message>
        <source>from {start} to {stop} s</source>
        <translation> {start} 至 {stop} 秒</translation>
    </message>
    <message>
        <source>{region} was lost and is there again as {take} knows it, without its name and notes.</source>
        <translation>“{region}”曾丢失，已依据“{take}”恢复，但名称和备注除外。</translation>
    </message>
    <message>
        <source>The recording inside the project is lost; its file is needed.</source>
        <translation>工程内的录音已丢失；需要其文件。</translation>
    </message>
    <message>
        <source>The undo history is lost.</source>
        <translation>撤销历史已丢失。</translation>
    </message>
    <message>
        <source>{path}: holds no sound of take {number}</source>
        <translation>{path}：不含重制版 {number} 的声音</translation>
    </message>
    <message>
        <source>{path}: is damaged: part {part} of take {number} can&apos;t be read; open the project again</source>
        <translation>{path}：已损坏：重制版 {number} 的第 {part} 部分无法读取；请重新打开工程</translation>
    </message>
    <message>
        <source>{path}: was changed since {project} was saved; takes may no longer fit it</source>
        <translation>{path}：在保存 {project} 之后被更改；重制版可能不再吻合</translation>
    </message>
    <message>
        <source>{path}: is not there; {project} needs this recording</source>
        <translation>{path}：不存在；{project} 需要这段录音</translation>
    </message>
    <message>
        <source>{path}: is damaged: the recording inside can&apos;t be read</source>
        <translation>{path}：已损坏：无法读取其中的录音</translation>
    </message>
    <message>
        <source>{path}: is damaged: the recording inside is not whole</source>
        <translation>{path}：已损坏：其中的录音不完整</translation>
    </message>
    <message>
        <source>{path}: is damaged: a row can&apos;t be read</source>
        <translation>{path}：已损坏：有一行无法读取</translation>
    </message>
</context>
<context>
    <name>QueueBox</name>
    <message>
        <source>Progress of the engine</source>
        <translation>引擎进度</translation>
    </message>
    <message numerus="yes">
        <source>%n take(s) in the queue</source>
        <translation>
            <numerusform>队列中有 %n 个重制版</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n s left</source>
        <translation>
            <numerusform>剩余 %n 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n 个等待中</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RegionPanel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>The region&apos;s name; typed for a selection, it makes a region of it.</source>
        <translation>区域的名称；为选区键入名称即可将其设为区域。</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Where the region starts; a colon separates minutes.</source>
        <translation>区域的开始位置；以冒号分隔分钟。</translation>
    </message>
    <message>
        <source>End</source>
        <translation>结束</translation>
    </message>
    <message>
        <source>Where the region ends; a colon separates minutes.</source>
        <translation>区域的结束位置；以冒号分隔分钟。</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>How long the region is; its start stays.</source>
        <translation>区域的长度；开始位置不变。</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>下限</translation>
    </message>
    <message>
        <source>Lower end of the band in Hz; 0 for all.</source>
        <translation>频带下限（Hz）；0 表示不限。</translation>
    </message>
    <message>
        <source>High</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>Upper end of the band in Hz; up to half the sample rate.</source>
        <translation>频带上限（Hz）；最高为采样率的一半。</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>What you want to remember of this region.</source>
        <translation>关于此区域您想记下的内容。</translation>
    </message>
    <message>
        <source>not a region yet</source>
        <translation>尚未设为区域</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add region</source>
        <translation>添加区域</translation>
    </message>
    <message>
        <source>Keep the selection as a named region.</source>
        <translation>将选区保存为命名区域。</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Show the region from edge to edge.</source>
        <translation>完整显示该区域。</translation>
    </message>
    <message>
        <source>{hz} Hz</source>
        <translation>{hz} Hz</translation>
    </message>
    <message>
        <source>{text!r} is no time; {example} would be</source>
        <translation>{text!r} 不是时间；正确示例：{example}</translation>
    </message>
    <message>
        <source>{text!r} is no frequency; 440 or 12.5k would be</source>
        <translation>{text!r} 不是频率；正确示例：440 或 12.5k</translation>
    </message>
    <message>
        <source>a region needs a name</source>
        <translation>区域需要名称</translation>
    </message>
    <message>
        <source>{start} to {end} isn&apos;t accepted; it must rise, within 0 to {last}</source>
        <translation>不接受 {start} 至 {end}；须由前到后，且在 0 至 {last} 之内</translation>
    </message>
    <message>
        <source>{low} to {high} Hz isn&apos;t accepted; it must rise, within 0 to {most} Hz</source>
        <translation>不接受 {low} 至 {high} Hz；须由低到高，且在 0 至 {most} Hz 之内</translation>
    </message>
</context>
<context>
    <name>RegionsModel</name>
    <message>
        <source>full</source>
        <translation>全频带</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>原始</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Band</source>
        <translation>频带</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>重制版</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>采用</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
</context>
<context>
    <name>RegionsPanel</name>
    <message>
        <source>Select a part of the recording and add it as a region, to find it here.</source>
        <translation>选择录音的一部分并添加为区域，它就会出现在这里。</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Show the chosen region from edge to edge.</source>
        <translation>完整显示所选区域。</translation>
    </message>
    <message>
        <source>Retake all</source>
        <translation>全部重制</translation>
    </message>
    <message>
        <source>Take every region again with the panel&apos;s settings.</source>
        <translation>按面板中的设置重制每个区域。</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Remove the chosen regions with their takes; can be undone.</source>
        <translation>移除所选区域及其重制版；可撤销。</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Enter shows a region, F2 renames it, Delete removes it.</source>
        <translation>Enter 显示区域，F2 重命名，Delete 移除。</translation>
    </message>
</context>
<context>
    <name>RetakeController</name>
    <message>
        <source>Nothing is selected; select a part of the recording first</source>
        <translation>未选择任何内容；请先选择录音的一部分</translation>
    </message>
    <message>
        <source>A take with these settings and seed {before} is there; this one gets seed {seed}</source>
        <translation>已有使用这些设置和种子 {before} 的重制版；此次改用种子 {seed}</translation>
    </message>
    <message>
        <source>There are no regions yet; select a part and add it</source>
        <translation>还没有区域；请选择一部分并添加</translation>
    </message>
    <message>
        <source>{take} can&apos;t be run again: {why}</source>
        <translation>无法再次运行“{take}”：{why}</translation>
    </message>
    <message>
        <source>Retake the selection</source>
        <translation>重制选区</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>Quick take: {stage}</source>
        <translation>快速重制：{stage}</translation>
    </message>
    <message>
        <source>A take is ready; it is added once what was undone is done again or given up</source>
        <translation>重制版已完成；待撤销的步骤重做或放弃后再加入</translation>
    </message>
    <message>
        <source>The take could not be kept: {why}</source>
        <translation>无法保存重制版：{why}</translation>
    </message>
    <message>
        <source>There is no quick take: {why}</source>
        <translation>没有快速重制版：{why}</translation>
    </message>
    <message>
        <source>Cancelled; nothing was changed</source>
        <translation>已取消；未作任何更改</translation>
    </message>
    <message>
        <source>Cancelled; the quick take stays</source>
        <translation>已取消；快速重制版保留</translation>
    </message>
    <message>
        <source>Select a part of the recording to take it again.</source>
        <translation>选择录音的一部分以重制。</translation>
    </message>
</context>
<context>
    <name>RetakePanel</name>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Renderer</source>
        <translation>渲染器</translation>
    </message>
    <message>
        <source>Quick take first</source>
        <translation>先做快速重制</translation>
    </message>
    <message>
        <source>Hear a rough take at once; the full one replaces it when it is done.</source>
        <translation>先得到一个粗略的重制版；完整的完成后将其替换。</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Where the model computes; Automatic takes the fastest that is there.</source>
        <translation>模型的计算设备；“自动”选用最快的可用设备。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Reset settings</source>
        <translation>重置设置</translation>
    </message>
    <message>
        <source>Put every setting of this task and method back to its default.</source>
        <translation>将此任务和方法的所有设置恢复为默认值。</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Show the renderer, the model and the settings that are seldom changed.</source>
        <translation>显示渲染器、模型和不常更改的设置。</translation>
    </message>
    <message>
        <source>Non-commercial: {model}</source>
        <translation>仅限非商业用途：{model}</translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n 个等待中</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Ruler</name>
    <message>
        <source>Drag along to move, across to zoom; double click shows all. Arrows move, + and - zoom, Home fits.</source>
        <translation>沿标尺拖动移动，横向拖动缩放；双击显示全部。方向键移动，+ 和 - 缩放，Home 适合窗口。</translation>
    </message>
    <message>
        <source>{name}: drag along to move, across to zoom; double click shows all</source>
        <translation>{name}：沿标尺拖动移动，垂直于标尺拖动缩放；双击显示全部</translation>
    </message>
</context>
<context>
    <name>SeedEdit</name>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>The same seed gives the same take; another seed gives another take.</source>
        <translation>种子相同则重制版相同；种子不同则重制版不同。</translation>
    </message>
    <message>
        <source>Throw a seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Throw another seed.</source>
        <translation>随机换一个种子。</translation>
    </message>
    <message>
        <source>seed is {text!r}; a whole number is accepted</source>
        <translation>种子为 {text!r}；应为整数</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Guided</source>
        <translation>引导</translation>
    </message>
    <message>
        <source>Draws what the model imagines to what the recording still holds; the best first try.</source>
        <translation>将模型的想象拉向录音中尚存的内容；最值得先试。</translation>
    </message>
    <message>
        <source>Round trip</source>
        <translation>往返</translation>
    </message>
    <message>
        <source>Sends the sound through the model once: fast, and nothing is imagined.</source>
        <translation>让声音通过模型一次：速度快，不添加想象内容。</translation>
    </message>
    <message>
        <source>Sharpened</source>
        <translation>锐化</translation>
    </message>
    <message>
        <source>A round trip that is made sharper, for sound that has become dull.</source>
        <translation>带锐化的往返，适合发闷的声音。</translation>
    </message>
    <message>
        <source>Varied</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Covers the sound with noise up to a strength and lets the model find it again.</source>
        <translation>以一定强度的噪声覆盖声音，再由模型找回。</translation>
    </message>
    <message>
        <source>Split by frequency</source>
        <translation>按频率分割</translation>
    </message>
    <message>
        <source>Keeps a round trip below a crossover and lets the model imagine what lies above.</source>
        <translation>分频点以下用往返结果，以上由模型想象。</translation>
    </message>
    <message>
        <source>From nothing</source>
        <translation>从零生成</translation>
    </message>
    <message>
        <source>Forgets the region and makes another sound of a kind in its place.</source>
        <translation>舍弃区域内容，在原处生成某一类型的新声音。</translation>
    </message>
    <message>
        <source>Another kind</source>
        <translation>转换类型</translation>
    </message>
    <message>
        <source>Keeps the course of the sound and makes it of another kind, such as speech as music.</source>
        <translation>保留声音的走势并转换为另一类型，例如将语音变为音乐。</translation>
    </message>
    <message>
        <source>Coded</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>What the sound becomes when it is coded in a few kilobits a second.</source>
        <translation>声音以每秒几千比特编码后的样子。</translation>
    </message>
    <message>
        <source>Closest match</source>
        <translation>最接近匹配</translation>
    </message>
    <message>
        <source>Comes as near to the recording as the model can; slow, and imagines nothing.</source>
        <translation>尽模型所能贴近录音；较慢，不添加想象内容。</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>Belief</source>
        <translation>采信度</translation>
    </message>
    <message>
        <source>How much of what is there the model is told; 0 lets it imagine freely.</source>
        <translation>告知模型多少现有内容；0 让其自由想象。</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>What the sound is, in words, such as a piano in a large hall.</source>
        <translation>用文字描述声音，例如“大厅里的钢琴”。</translation>
    </message>
    <message>
        <source>in words</source>
        <translation>用文字描述</translation>
    </message>
    <message>
        <source>Not wanted</source>
        <translation>不想要</translation>
    </message>
    <message>
        <source>What the sound is not to be, in words; it counts where Toward that is above 1.</source>
        <translation>用文字描述声音不应是什么；仅当“朝向强度”大于 1 时起作用。</translation>
    </message>
    <message>
        <source>Spoken words</source>
        <translation>所说的话</translation>
    </message>
    <message>
        <source>The words that are said, for models that speak.</source>
        <translation>所说的话，供会说话的模型使用。</translation>
    </message>
    <message>
        <source>word by word</source>
        <translation>逐字</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>采样器</translation>
    </message>
    <message>
        <source>How the model&apos;s answers are followed; the newer ones need fewer steps for the same.</source>
        <translation>如何跟随模型的回答；较新的采样器用更少的步数得到同样的结果。</translation>
    </message>
    <message>
        <source>How many times the model is asked; more takes longer.</source>
        <translation>调用模型的次数；越多越慢。</translation>
    </message>
    <message>
        <source>Kind of sound</source>
        <translation>声音类型</translation>
    </message>
    <message>
        <source>What the model is told that it hears; Any leaves it open.</source>
        <translation>告知模型所听为何种声音；“任意”则不限定。</translation>
    </message>
    <message>
        <source>Toward that</source>
        <translation>朝向强度</translation>
    </message>
    <message>
        <source>How strongly the model is driven toward the kind of sound or the prompt; 1 doesn&apos;t.</source>
        <translation>模型被推向声音种类或提示词的强度；1 表示不推。</translation>
    </message>
    <message>
        <source>Fresh noise</source>
        <translation>新增噪声</translation>
    </message>
    <message>
        <source>How much noise is drawn on the way; more is livelier, 0 is the same each time.</source>
        <translation>过程中抽取的噪声量；越多越生动，0 则每次相同。</translation>
    </message>
    <message>
        <source>Step size</source>
        <translation>步长</translation>
    </message>
    <message>
        <source>How far the first refining step goes; too far misses, too near needs more steps.</source>
        <translation>首个细化步的幅度；过大会错过，过小则需更多步。</translation>
    </message>
    <message>
        <source>Loud parts</source>
        <translation>响亮部分</translation>
    </message>
    <message>
        <source>How much the loud parts count beside all parts alike.</source>
        <translation>相对于一视同仁，响亮部分所占的权重。</translation>
    </message>
    <message>
        <source>Scales</source>
        <translation>尺度数</translation>
    </message>
    <message>
        <source>At how many resolutions the result is compared with the recording.</source>
        <translation>以多少种分辨率将结果与录音比较。</translation>
    </message>
    <message>
        <source>Stop when within</source>
        <translation>停止阈值</translation>
    </message>
    <message>
        <source>Stops early once five steps bring less than this share; 0 takes all steps.</source>
        <translation>五步的改进低于此比例时提前停止；0 为执行所有步。</translation>
    </message>
    <message>
        <source>all steps</source>
        <translation>所有步</translation>
    </message>
    <message>
        <source>How far the model may leave the first guess in what it imagines.</source>
        <translation>模型的想象可偏离初步推测的程度。</translation>
    </message>
    <message>
        <source>Drawn to</source>
        <translation>拉向</translation>
    </message>
    <message>
        <source>What is compared with the recording: what is heard, or the model&apos;s inner picture.</source>
        <translation>与录音比较的对象：听到的声音，或模型的内部表示。</translation>
    </message>
    <message>
        <source>What is heard</source>
        <translation>听到的声音</translation>
    </message>
    <message>
        <source>Inner picture, as published</source>
        <translation>内部表示（按论文）</translation>
    </message>
    <message>
        <source>Pull</source>
        <translation>拉力</translation>
    </message>
    <message>
        <source>How strongly each imagining step is drawn toward what the recording holds.</source>
        <translation>每个想象步被拉向录音内容的强度。</translation>
    </message>
    <message>
        <source>Refining share</source>
        <translation>细化比例</translation>
    </message>
    <message>
        <source>Share of the steps that only refine, after the model has imagined.</source>
        <translation>模型想象之后，仅作细化的步所占比例。</translation>
    </message>
    <message>
        <source>How much noise covers the sound before the model finds it again; 1 forgets it.</source>
        <translation>模型找回声音之前覆盖的噪声量；1 为完全舍弃原声。</translation>
    </message>
    <message>
        <source>Crossover</source>
        <translation>分频点</translation>
    </message>
    <message>
        <source>Below it the sound is kept, above it the model imagines; 0 imagines all.</source>
        <translation>其下保留声音，其上由模型想象；0 为全部想象。</translation>
    </message>
    <message>
        <source>Overlap</source>
        <translation>重叠</translation>
    </message>
    <message>
        <source>Width of the cross-fade around the crossover.</source>
        <translation>分频点附近交叉淡化的宽度。</translation>
    </message>
    <message>
        <source>octaves</source>
        <translation>倍频程</translation>
    </message>
    <message>
        <source>One after the other</source>
        <translation>依次进行</translation>
    </message>
    <message>
        <source>Imagines on top of the round trip in all bands, in place of splitting them.</source>
        <translation>在往返结果上对所有频带进行想象，而不分割频带。</translation>
    </message>
    <message>
        <source>Becomes</source>
        <translation>变为</translation>
    </message>
    <message>
        <source>The kind of sound that the region is to become.</source>
        <translation>区域要变成的声音类型。</translation>
    </message>
    <message>
        <source>What the region is to become, in words.</source>
        <translation>用文字描述区域要变成什么。</translation>
    </message>
    <message>
        <source>Is now</source>
        <translation>现为</translation>
    </message>
    <message>
        <source>The kind of sound that the recording is taken for.</source>
        <translation>录音被视为的声音类型。</translation>
    </message>
    <message>
        <source>What the recording is, in words.</source>
        <translation>用文字描述录音是什么。</translation>
    </message>
    <message>
        <source>Sure of that</source>
        <translation>确信度</translation>
    </message>
    <message>
        <source>How strongly the recording is taken for that kind; 1 isn&apos;t sure.</source>
        <translation>将录音视为该类型的确信程度；1 为不确定。</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>How much of the recording&apos;s course stays; more keeps more.</source>
        <translation>保留多少录音的走势；越大保留越多。</translation>
    </message>
    <message>
        <source>The kind of sound to make.</source>
        <translation>要生成的声音类型。</translation>
    </message>
    <message>
        <source>How many refining steps there are at most; more comes closer.</source>
        <translation>细化步数上限；越多越接近。</translation>
    </message>
    <message>
        <source>Sharpening</source>
        <translation>锐化方式</translation>
    </message>
    <message>
        <source>How the sound is sharpened; Adaptive listens to what each kind of sharpening does.</source>
        <translation>声音的锐化方式；“自适应”会比较各种锐化的效果。</translation>
    </message>
    <message>
        <source>Adaptive</source>
        <translation>自适应</translation>
    </message>
    <message>
        <source>Along frequency</source>
        <translation>沿频率</translation>
    </message>
    <message>
        <source>Added noise</source>
        <translation>添加噪声</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>Mixed</source>
        <translation>混合</translation>
    </message>
    <message>
        <source>Several scales</source>
        <translation>多尺度</translation>
    </message>
    <message>
        <source>How much is sharpened, but for Adaptive, which finds that itself; 0 is none.</source>
        <translation>锐化程度；“自适应”自行决定，不受此影响；0 为不锐化。</translation>
    </message>
    <message>
        <source>At how many resolutions Adaptive and Several scales sharpen.</source>
        <translation>“自适应”和“多尺度”以多少种分辨率锐化。</translation>
    </message>
    <message>
        <source>Bit rate</source>
        <translation>比特率</translation>
    </message>
    <message>
        <source>What the code may cost; less lets the model invent more.</source>
        <translation>编码可用的比特率；越低则模型自行补充越多。</translation>
    </message>
    <message>
        <source>Variant</source>
        <translation>变体</translation>
    </message>
    <message>
        <source>How codewords are chosen: Turbo several at once, Published by matching pursuit.</source>
        <translation>码字的选取方式：“加速”一次选多个，“论文”用匹配追踪。</translation>
    </message>
    <message>
        <source>Turbo</source>
        <translation>加速</translation>
    </message>
    <message>
        <source>Published</source>
        <translation>论文</translation>
    </message>
    <message>
        <source>Soft codebook, no diffusion</source>
        <translation>软码本，无扩散</translation>
    </message>
    <message>
        <source>Codewords</source>
        <translation>码字数</translation>
    </message>
    <message>
        <source>How many codewords there are to choose from at each step.</source>
        <translation>每一步可供选择的码字数量。</translation>
    </message>
    <message>
        <source>At each step</source>
        <translation>每步码字</translation>
    </message>
    <message>
        <source>How many codewords are taken at each step, in place of what the bit rate allows.</source>
        <translation>每一步选取的码字数，取代由比特率决定的数量。</translation>
    </message>
    <message>
        <source>by bit rate</source>
        <translation>由比特率决定</translation>
    </message>
    <message>
        <source>Coefficient bits</source>
        <translation>系数位数</translation>
    </message>
    <message>
        <source>How finely each codeword&apos;s share is told, in the variant Published.</source>
        <translation>“论文”变体中每个码字权重的精细程度。</translation>
    </message>
    <message>
        <source>Soft entries</source>
        <translation>软码本大小</translation>
    </message>
    <message>
        <source>Size of the codebook of the variant Soft.</source>
        <translation>“软码本”变体的码本大小。</translation>
    </message>
    <message>
        <source>Soft temperature</source>
        <translation>软码本温度</translation>
    </message>
    <message>
        <source>Of the variant Soft: 0 takes the nearest entry, more blends several.</source>
        <translation>用于“软码本”变体：0 取最近的条目，越大混合越多。</translation>
    </message>
    <message>
        <source>Recording&apos;s own sound</source>
        <translation>录音原声</translation>
    </message>
    <message>
        <source>Shapes the recording itself and keeps its phase; invents only what is absent.</source>
        <translation>塑造录音本身并保留其相位；只补充缺失的内容。</translation>
    </message>
    <message>
        <source>Found phase</source>
        <translation>求解相位</translation>
    </message>
    <message>
        <source>Makes all of the sound anew and finds its phase by iteration (Griffin-Lim).</source>
        <translation>重新生成全部声音，并迭代求解相位（Griffin-Lim）。</translation>
    </message>
    <message>
        <source>Vocoder</source>
        <translation>声码器</translation>
    </message>
    <message>
        <source>Makes all of the sound anew with the model&apos;s own vocoder, where it has one.</source>
        <translation>用模型自带的声码器（如有）重新生成全部声音。</translation>
    </message>
    <message>
        <source>Raise at most</source>
        <translation>最大提升</translation>
    </message>
    <message>
        <source>No part of the sound is raised by more than this.</source>
        <translation>声音任何部分的提升不超过此值。</translation>
    </message>
    <message>
        <source>Lower at most</source>
        <translation>最大衰减</translation>
    </message>
    <message>
        <source>No part of the sound is lowered by more than this.</source>
        <translation>声音任何部分的衰减不超过此值。</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗长</translation>
    </message>
    <message>
        <source>Length of the analysis: longer follows tones closer, shorter follows attacks.</source>
        <translation>分析窗长度：长窗更贴合音调，短窗更贴合起音。</translation>
    </message>
    <message>
        <source>Iterations</source>
        <translation>迭代次数</translation>
    </message>
    <message>
        <source>How often the phase is refined; more takes longer and rings less.</source>
        <translation>相位细化的次数；越多越慢，振铃越少。</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>动量</translation>
    </message>
    <message>
        <source>How boldly each iteration goes on from the last; 0 is the plain algorithm.</source>
        <translation>每次迭代沿上一次方向前进的力度；0 为基本算法。</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>How much sound on each side of the region the model hears.</source>
        <translation>模型在区域两侧各听取多长的声音。</translation>
    </message>
    <message>
        <source>Cross-fade</source>
        <translation>交叉淡化</translation>
    </message>
    <message>
        <source>Length of the cross-fade at each border, inside the region.</source>
        <translation>区域内每个边界处交叉淡化的长度。</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>语音</translation>
    </message>
    <message>
        <source>Music</source>
        <translation>音乐</translation>
    </message>
    <message>
        <source>Surroundings</source>
        <translation>环境声</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>正在读取</translation>
    </message>
    <message>
        <source>Resampling</source>
        <translation>正在重采样</translation>
    </message>
    <message>
        <source>Analysing</source>
        <translation>正在分析</translation>
    </message>
    <message>
        <source>Interpolating</source>
        <translation>正在插值</translation>
    </message>
    <message>
        <source>Encoding</source>
        <translation>正在编码</translation>
    </message>
    <message>
        <source>Reading the prompt</source>
        <translation>正在读取提示词</translation>
    </message>
    <message>
        <source>Taking again</source>
        <translation>正在重制</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>正在解码</translation>
    </message>
    <message>
        <source>Rendering</source>
        <translation>正在渲染</translation>
    </message>
    <message>
        <source>Rendering above the model&apos;s band</source>
        <translation>正在渲染模型频带以上部分</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>正在测量</translation>
    </message>
    <message>
        <source>Finding the noise</source>
        <translation>正在估计噪声</translation>
    </message>
    <message>
        <source>Looking for clipping</source>
        <translation>正在查找削波</translation>
    </message>
    <message>
        <source>Mending clipping</source>
        <translation>正在修复削波</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在载入模型</translation>
    </message>
    <message>
        <source>Reconstruct</source>
        <translation>重建</translation>
    </message>
    <message>
        <source>Makes the region anew and believes all that is there.</source>
        <translation>采信现有的全部内容，重新生成区域。</translation>
    </message>
    <message>
        <source>Fill a gap</source>
        <translation>填补缺口</translation>
    </message>
    <message>
        <source>Forgets what is in the region and invents it from what lies around.</source>
        <translation>舍弃区域内的内容，根据前后的声音补全。</translation>
    </message>
    <message>
        <source>Extend the band</source>
        <translation>扩展频带</translation>
    </message>
    <message>
        <source>Invents what is missing above the recording&apos;s own cut-off frequency.</source>
        <translation>补全录音截止频率以上缺失的内容。</translation>
    </message>
    <message>
        <source>Remove noise</source>
        <translation>降噪</translation>
    </message>
    <message>
        <source>Lowers hiss, hum and room; believes each sound as far as it stands out of the noise.</source>
        <translation>降低嘶声、交流声和房间声；声音高出噪声多少就采信多少。</translation>
    </message>
    <message>
        <source>Mend clipping</source>
        <translation>修复削波</translation>
    </message>
    <message>
        <source>Makes clipped samples anew and leaves all others exactly as they are.</source>
        <translation>重新生成削波的采样点，其余完全不变。</translation>
    </message>
    <message>
        <source>Interpolate up to</source>
        <translation>插值上限</translation>
    </message>
    <message>
        <source>Gaps up to this long are interpolated from the samples around, without the model.</source>
        <translation>不超过此长度的缺口由周围采样点插值，不使用模型。</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Texture</source>
        <translation>质感</translation>
    </message>
    <message>
        <source>How much of the surroundings&apos; roughness the filling starts from.</source>
        <translation>填补时起始采用多少周围声音的粗糙感。</translation>
    </message>
    <message>
        <source>Cut-off</source>
        <translation>截止频率</translation>
    </message>
    <message>
        <source>Everything above this frequency is made anew; automatic finds where the sound ends.</source>
        <translation>高于此频率的内容全部重新生成；自动则检测声音截止处。</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Noise from</source>
        <translation>噪声取自</translation>
    </message>
    <message>
        <source>A stretch that holds noise alone, start:end in seconds; empty finds the noise itself.</source>
        <translation>仅含噪声的一段，格式为 开始:结束（秒）；留空则自动估计噪声。</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>降噪量</translation>
    </message>
    <message>
        <source>How much of the noise reduction is carried out; 0 changes nothing.</source>
        <translation>执行多少降噪；0 为不作更改。</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>最大降幅</translation>
    </message>
    <message>
        <source>Nothing is lowered by more than this, so that some of the room remains.</source>
        <translation>降低幅度不超过此值，以保留部分空间感。</translation>
    </message>
    <message>
        <source>Clipped above</source>
        <translation>削波阈值</translation>
    </message>
    <message>
        <source>The level from which samples count as clipped; automatic finds it by channel.</source>
        <translation>采样点达到此电平即视为削波；自动则按声道检测。</translation>
    </message>
    <message>
        <source>Model&apos;s share</source>
        <translation>模型权限</translation>
    </message>
    <message>
        <source>How far the model may move the level of what the classical declipper made.</source>
        <translation>模型可在多大程度上调整传统去削波结果的电平。</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Takes</source>
        <translation>重制版</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Retake</source>
        <translation>重制</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>选区</translation>
    </message>
    <message>
        <source>Takes of {region}</source>
        <translation>{region} 的重制版</translation>
    </message>
</context>
<context>
    <name>SoundArea</name>
    <message>
        <source>Drag to select, Shift extends, Ctrl inside the selection moves it; the wheel zooms, Shift pans.</source>
        <translation>拖动以选择，Shift 扩展，在选区内按 Ctrl 拖动可移动选区；滚轮缩放，Shift+滚轮平移。</translation>
    </message>
    <message>
        <source>{hz} Hz</source>
        <translation>{hz} Hz</translation>
    </message>
</context>
<context>
    <name>SoundPicture</name>
    <message>
        <source>Spectrogram</source>
        <translation>频谱图</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>波形</translation>
    </message>
    <message>
        <source>Waveform over spectrogram</source>
        <translation>波形叠加频谱图</translation>
    </message>
</context>
<context>
    <name>StretchField</name>
    <message>
        <source>found by itself</source>
        <translation>自动估计</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>选区</translation>
    </message>
    <message>
        <source>Take the stretch that is selected now.</source>
        <translation>取当前所选的一段。</translation>
    </message>
    <message>
        <source>Noise from the selection</source>
        <translation>从选区获取噪声</translation>
    </message>
    <message>
        <source>Nothing is selected; select a stretch that holds noise alone first</source>
        <translation>未选择任何内容；请先选择仅含噪声的一段</translation>
    </message>
</context>
<context>
    <name>TakeReport</name>
    <message>
        <source>Report of {0}</source>
        <translation>{0} 的报告</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Original, result and difference</source>
        <translation>原始录音、结果与差异</translation>
    </message>
    <message>
        <source>Drawing…</source>
        <translation>正在绘制…</translation>
    </message>
    <message>
        <source>Against what was heard there before:</source>
        <translation>与此处原先的声音相比：</translation>
    </message>
    <message>
        <source>&amp;Save Report…</source>
        <translation>保存报告(&amp;S)…</translation>
    </message>
    <message>
        <source>means nothing here</source>
        <translation>在此没有意义</translation>
    </message>
    <message>
        <source>undefined</source>
        <translation>无定义</translation>
    </message>
    <message>
        <source>What is grey means nothing here: the renderer “{0}” makes up the phase, and these compare sample by sample.</source>
        <translation>灰色各项在此没有意义：渲染器“{0}”自行生成相位，而这些测量值是逐采样点比较的。</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量项</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>Meaning</source>
        <translation>含义</translation>
    </message>
    <message>
        <source>Measures</source>
        <translation>测量值</translation>
    </message>
    <message>
        <source>The picture shows the first {0} s; the measures are of the whole.</source>
        <translation>图中显示前 {0} 秒；测量值针对全部。</translation>
    </message>
    <message>
        <source>Save Report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>Web pages</source>
        <translation>网页</translation>
    </message>
    <message>
        <source>Saved as {0}</source>
        <translation>已保存为 {0}</translation>
    </message>
</context>
<context>
    <name>Takes</name>
    <message>
        <source>SNR</source>
        <translation>信噪比</translation>
    </message>
    <message>
        <source>SI-SDR</source>
        <translation>SI-SDR</translation>
    </message>
    <message>
        <source>Mean squared error</source>
        <translation>均方误差</translation>
    </message>
    <message>
        <source>Mean absolute error</source>
        <translation>平均绝对误差</translation>
    </message>
    <message>
        <source>Correlation</source>
        <translation>相关系数</translation>
    </message>
    <message>
        <source>Mel error</source>
        <translation>梅尔误差</translation>
    </message>
    <message>
        <source>Log-spectral distance</source>
        <translation>对数谱距离</translation>
    </message>
    <message>
        <source>Multi-resolution STFT</source>
        <translation>多分辨率 STFT</translation>
    </message>
    <message>
        <source>Energy below 500 Hz</source>
        <translation>500 Hz 以下能量</translation>
    </message>
    <message>
        <source>Energy 500 to 4000 Hz</source>
        <translation>500 至 4000 Hz 能量</translation>
    </message>
    <message>
        <source>Energy above 4000 Hz</source>
        <translation>4000 Hz 以上能量</translation>
    </message>
    <message>
        <source>Loudness, reference</source>
        <translation>参考响度</translation>
    </message>
    <message>
        <source>Loudness, result</source>
        <translation>结果响度</translation>
    </message>
    <message>
        <source>True peak, result</source>
        <translation>结果真峰值</translation>
    </message>
    <message>
        <source>PESQ</source>
        <translation>PESQ</translation>
    </message>
    <message>
        <source>STOI</source>
        <translation>STOI</translation>
    </message>
    <message>
        <source>reference against sample-by-sample error; higher is closer</source>
        <translation>参考信号与逐采样点误差之比；越高越接近</translation>
    </message>
    <message>
        <source>the same with a change of gain forgiven; higher is closer</source>
        <translation>同上，但不计增益变化；越高越接近</translation>
    </message>
    <message>
        <source>of the samples; 0 is identical</source>
        <translation>针对采样点；0 为完全相同</translation>
    </message>
    <message>
        <source>of the samples; 1 is the same waveform</source>
        <translation>针对采样点；1 为相同波形</translation>
    </message>
    <message>
        <source>mean difference of 64 mel bands up to 8 kHz; lower is closer</source>
        <translation>8 kHz 以下 64 个梅尔频带的平均差；越低越接近</translation>
    </message>
    <message>
        <source>over the whole band; lower is closer</source>
        <translation>针对整个频带；越低越接近</translation>
    </message>
    <message>
        <source>spectral convergence + log magnitude; lower is closer</source>
        <translation>频谱收敛度 + 对数幅度；越低越接近</translation>
    </message>
    <message>
        <source>of the reference&apos;s; 100 is all of it</source>
        <translation>占参考信号的比例；100 为全部</translation>
    </message>
    <message>
        <source>integrated, ITU-R BS.1770-5</source>
        <translation>综合响度，ITU-R BS.1770-5</translation>
    </message>
    <message>
        <source>above 0 a converter may clip</source>
        <translation>高于 0 时转换器可能削波</translation>
    </message>
    <message>
        <source>speech quality, wide band, 1 to 4.6</source>
        <translation>语音质量，宽带，1 到 4.6</translation>
    </message>
    <message>
        <source>speech intelligibility, up to 1</source>
        <translation>语音可懂度，最高为 1</translation>
    </message>
    <message>
        <source>{task} · {method} · seed {seed}</source>
        <translation>{task} · {method} · 种子 {seed}</translation>
    </message>
    <message>
        <source>non-commercial</source>
        <translation>非商业</translation>
    </message>
    <message>
        <source>“{words}”</source>
        <translation>“{words}”</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>mel {value} dB</source>
        <translation>梅尔 {value} dB</translation>
    </message>
    <message>
        <source>SI-SDR {value} dB</source>
        <translation>SI-SDR {value} dB</translation>
    </message>
    <message>
        <source>{value} LU</source>
        <translation>{value} LU</translation>
    </message>
    <message>
        <source> (quick)</source>
        <translation>（快速）</translation>
    </message>
    <message>
        <source>Made in {time} on {device}</source>
        <translation>在 {device} 上用时 {time} 完成</translation>
    </message>
    <message>
        <source>Model {model}, licence {licence}</source>
        <translation>模型 {model}，许可证 {licence}</translation>
    </message>
    <message>
        <source>For non-commercial use only</source>
        <translation>仅限非商业用途</translation>
    </message>
    <message>
        <source>Against what was heard there before:</source>
        <translation>与此处先前的声音相比：</translation>
    </message>
    <message>
        <source>Left out: the waveform&apos;s own, which mean nothing where the phase is made up.</source>
        <translation>未列出针对波形的测量值：相位是自行生成的，它们没有意义。</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>采用中</translation>
    </message>
    <message>
        <source>starred</source>
        <translation>已加星标</translation>
    </message>
    <message>
        <source>quick</source>
        <translation>快速</translation>
    </message>
</context>
<context>
    <name>TakesDelegate</name>
    <message>
        <source>quick</source>
        <translation>快速</translation>
    </message>
</context>
<context>
    <name>TakesList</name>
    <message>
        <source>Takes to export</source>
        <translation>要导出的重制版</translation>
    </message>
    <message>
        <source>removed region</source>
        <translation>已移除的区域</translation>
    </message>
</context>
<context>
    <name>TakesModel</name>
    <message>
        <source>Original</source>
        <translation>原始录音</translation>
    </message>
    <message>
        <source>The recording as it is, with nothing laid over it here.</source>
        <translation>录音原样，此处未叠加任何内容。</translation>
    </message>
    <message>
        <source>Original, in use</source>
        <translation>原始录音，采用中</translation>
    </message>
</context>
<context>
    <name>TakesPanel</name>
    <message>
        <source>Takes</source>
        <translation>重制版</translation>
    </message>
    <message>
        <source>Enter uses a take, F2 renames it, Delete removes it, the asterisk stars it.</source>
        <translation>Enter 采用重制版，F2 重命名，Delete 移除，星号键加星标。</translation>
    </message>
    <message>
        <source>Choose a region to see its takes.</source>
        <translation>选择一个区域以查看其重制版。</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>采用</translation>
    </message>
    <message>
        <source>Let this be heard in place of the others.</source>
        <translation>播放此项以取代其他。</translation>
    </message>
    <message>
        <source>Take the star off</source>
        <translation>取消星标</translation>
    </message>
    <message>
        <source>Star</source>
        <translation>加星标</translation>
    </message>
    <message>
        <source>Mark a take that you like.</source>
        <translation>标记您喜欢的重制版。</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Give the take another name.</source>
        <translation>为重制版另起名称。</translation>
    </message>
    <message>
        <source>Retake with another seed</source>
        <translation>换种子重制</translation>
    </message>
    <message>
        <source>Run the same settings with a new seed.</source>
        <translation>以新种子运行相同的设置。</translation>
    </message>
    <message>
        <source>Run on all regions</source>
        <translation>应用于所有区域</translation>
    </message>
    <message>
        <source>Run these settings on every region.</source>
        <translation>对每个区域运行这些设置。</translation>
    </message>
    <message>
        <source>Copy settings to the panel</source>
        <translation>将设置复制到面板</translation>
    </message>
    <message>
        <source>Set the panel as it was for this take.</source>
        <translation>将面板设为制作此重制版时的状态。</translation>
    </message>
    <message>
        <source>Export take…</source>
        <translation>导出重制版…</translation>
    </message>
    <message>
        <source>Write this take&apos;s sound to a file.</source>
        <translation>将此重制版的声音写入文件。</translation>
    </message>
    <message>
        <source>Report of this take…</source>
        <translation>此重制版的报告…</translation>
    </message>
    <message>
        <source>See what it changed, with every measure.</source>
        <translation>查看它改变了什么以及每项测量值。</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Remove the take; that can be undone.</source>
        <translation>移除此重制版；可撤销。</translation>
    </message>
</context>
<context>
    <name>TimeRuler</name>
    <message>
        <source>Time ruler</source>
        <translation>时间标尺</translation>
    </message>
    <message>
        <source>Drag with Ctrl to hear what is under the pointer</source>
        <translation>按住 Ctrl 拖动可听到指针处的声音</translation>
    </message>
</context>
<context>
    <name>TransportBar</name>
    <message>
        <source>Place of playback</source>
        <translation>播放位置</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>音量</translation>
    </message>
    <message>
        <source>Gain of the difference</source>
        <translation>差异的增益</translation>
    </message>
    <message>
        <source>silent</source>
        <translation>静音</translation>
    </message>
    <message>
        <source>Volume: {level}; the recording is not changed by it</source>
        <translation>音量：{level}；录音本身不受影响</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>Match {gain} LU</source>
        <translation>匹配 {gain} LU</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>原始</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>重制版</translation>
    </message>
    <message>
        <source>Compared</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差异</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>Select time</source>
        <translation>选择时间</translation>
    </message>
    <message>
        <source>Select time and frequency</source>
        <translation>选择时间与频率</translation>
    </message>
    <message>
        <source>Select frequency</source>
        <translation>选择频率</translation>
    </message>
    <message>
        <source>Snap to zero crossings</source>
        <translation>吸附到过零点</translation>
    </message>
    <message>
        <source>Waveform and spectrogram below each other</source>
        <translation>波形与频谱图上下排列</translation>
    </message>
    <message>
        <source>Waveform on the left, spectrogram on the right, both in between</source>
        <translation>左端为波形，右端为频谱图，中间为两者叠加</translation>
    </message>
    <message>
        <source>Waveform to spectrogram</source>
        <translation>波形至频谱图</translation>
    </message>
    <message>
        <source>Waveform alone</source>
        <translation>仅波形</translation>
    </message>
    <message>
        <source>Spectrogram alone</source>
        <translation>仅频谱图</translation>
    </message>
    <message>
        <source>Original and result side by side</source>
        <translation>原始与结果并排</translation>
    </message>
    <message>
        <source>Under the pointer</source>
        <translation>指针所在处</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom to the selection</source>
        <translation>缩放到选区</translation>
    </message>
    <message>
        <source>Show the whole file</source>
        <translation>显示整个文件</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Open a recording</source>
        <translation>打开录音</translation>
    </message>
    <message>
        <source>Drop files here, or choose one. The file itself is never written to.</source>
        <translation>将文件拖放到此处，或选择一个。文件本身绝不会被写入。</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Demo Recording</source>
        <translation>示例录音</translation>
    </message>
</context>
</TS>
