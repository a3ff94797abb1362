import { describe, expect, it } from 'vitest'
import { linesFromPage, tame } from './pasting'
import { writeLines } from './lines'
import { allMarks } from './marks'

const paste = (html: string) => writeLines(linesFromPage(new DOMParser().parseFromString(tame(html), 'text/html').body), allMarks)

describe('what is pasted', () => {
  it('keeps the marks that messages have', () => {
    expect(paste('<p>您好 <strong>李雷</strong>，<em>请</em>看 <a href="https://a.example/b">说明</a></p><ul><li>一</li><li><p>二 <code>x</code></p></li></ul>')).toBe('您好 **李雷**，*请*看 [说明](https://a.example/b)\n- 一\n- 二 `x`')
    expect(paste('<ol start="3"><li>a</li><li>b</li></ol><blockquote><p>c</p><p>d</p></blockquote><pre>e\n  f</pre>')).toBe('3. a\n4. b\n> c\n> d\n```\ne\n  f\n```')
    expect(paste('a<br>b<br><br>c')).toBe('a\nb\n\nc')
    expect(paste('<p>a</p><p>b</p>')).toBe('a\n\nb')
    expect(paste('<div>a</div><div>b</div>')).toBe('a\nb')
  })

  it('never brings scripts, looks or pictures', () => {
    expect(paste('<style>p{}</style><script>alert(1)</scr' + 'ipt><p onclick="x()" style="color:red">a<img src=x onerror=alert(1)></p><iframe src="https://evil.example"></iframe><svg><script>1</script></svg><span hidden>b</span><span style="display:none">c</span>')).toBe('a')
    expect(paste('<a href="javascript:alert(1)">a</a> <a href="data:text/html,x">b</a> <a href="/local">c</a>')).toBe('a b c')
    expect(paste('<img alt="😀" src="https://wx.example/e.png">你好')).toBe('😀你好')
    expect(paste('<template><b>x</b></template><textarea>y</textarea><button>z</button>ok')).toBe('ok')
  })

  it('leaves nothing in it that a page could do or how it looks', () => {
    expect(tame('<p style="a" onclick="b">style="c" onclick=d</p><img/onerror=x src="y"><STYLE>p{}</STYLE>')).toBe('<p data-style="a" data-onclick="b">style="c" onclick=d</p><img/data-onerror=x src="y">')
    expect(tame('<p title="a>b" onclick="c">d <b>1 < 2</b><style media=x>p{}</style >e')).toBe('<p title="a>b" data-onclick="c">d <b>1 < 2</b>e')
  })

  it('makes lines of a table', () => {
    expect(paste('<table><caption>价目</caption><thead><tr><th>产品</th><th>价</th></tr></thead><tbody><tr><td>H1</td><td><p>99</p><p>元</p></td></tr></tbody></table>')).toBe('价目\n**产品** | **价**\nH1 | 99 元')
  })

  it('reads lists of Word and WPS', () => {
    const item = (sign: string, text: string) => `<p class=MsoListParagraph style='margin-left:18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US style='font-family:Symbol'><span style='mso-list:Ignore'>${sign}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]><b>${text}</b><o:p></o:p></p>`
    expect(paste(`<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><!--StartFragment--><p class=MsoNormal>步骤<o:p></o:p></p>${item('·', '拆箱')}${item('·', '检查')}<!--EndFragment--></body></html>`)).toBe('步骤\n- **拆箱**\n- **检查**')
    expect(paste(`${item('1.', '甲')}${item('2.', '乙')}`)).toBe('1. **甲**\n2. **乙**')
  })

  it('does not believe a tag against its style', () => {
    expect(paste('<b style="font-weight:normal" id="docs-internal-guid-1"><span style="font-weight:700">粗</span><span style="font-style:italic">斜</span></b>常')).toBe('**粗**斜常') // two marks side by side are more than the dialect can say
  })

  it('takes headings as bold lines, and lists in lists as items', () => {
    expect(paste('<h2>标题</h2><p>文</p><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>')).toBe('**标题**\n\n文\n- a\n- b\n- c')
  })

  it('does not take long for what is hostile', () => {
    expect(paste('<div>'.repeat(2000) + 'x' + '</div>'.repeat(2000))).toBe('x')
    expect(paste(`<p>${'<b>'.repeat(500)}y</p>`)).toBe('**y**')
    expect(paste('a'.repeat(200_000)).length).toBe(50_000)
    for (const piece of ['<style>', '<a ', '<p title="', '<', '</style', '<style x', '<a href=\'"']) expect(tame(piece.repeat(250_000)).length).toBeLessThanOrEqual(2_000_000)
    expect(linesFromPage(new DOMParser().parseFromString(`<pre>${' '.repeat(49_000)}x</pre>`, 'text/html').body)[0]!.spans[0]!.text).toHaveLength(49_001)
    expect(linesFromPage(new DOMParser().parseFromString('<br>'.repeat(20_000), 'text/html').body)).toHaveLength(10_000)
  })
})
