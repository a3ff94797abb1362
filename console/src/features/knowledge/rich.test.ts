import { expect, it } from 'vitest'
import { addressOf, openEditor } from './rich'

const articles = [
  '# 保修\n\n一年**保修**，*详见*下表。\n\n| 产品 | 期限 |\n| -- | -- |\n| H1 | 一年 |\n| F5 | 两年 |',
  '- 一\n- 二\n  - 二之一\n\n1. 甲\n2. 乙\n\n> 引用\n\n`code` 与 [链接](https://example.com/a?b=c)',
  '![图](file:01a21570-67a4-7c89-b6ca-bb953317cc5c)\n\n[说明书.pdf](file:01a21570-67a4-7c89-b6ca-bb953317cc5c)\n\n---\n\n结束 ~~旧的~~',
  '第一行\n第二行\n\n编号 A_1_b 与 3 * 4 * 5，[x]，#标签，1. 不是列表',
]

it('stores Markdown, and what was read is what is written', async () => {
  for (const text of articles) {
    const root = document.createElement('div')
    const editor = await openEditor(root, text, 'x', { changed: () => undefined })
    const once = editor.markdown()
    editor.set(once)
    expect(editor.markdown()).toBe(once) // stays as it is from then on
    for (const part of text.split('\n').filter(line => line && !line.startsWith('| --'))) expect(once.replace(/ +\|/g, ' |'), text).toContain(part.replace(/^\s+/, '').split(' 与 3')[0])
    expect(once).not.toContain('<br')
    await editor.destroy()
  }
})

it('shows HTML as text and fetches no picture from elsewhere', async () => {
  const root = document.createElement('div')
  document.body.append(root)
  const editor = await openEditor(root, 'a <img src=x onerror=alert(1)> b\n\n![p](https://evil.example/p.png)\n\n![q](file:01a21570-67a4-7c89-b6ca-bb953317cc5c)', 'x', { changed: () => undefined })
  expect([...root.querySelectorAll('img')].map(one => one.getAttribute('src')).filter(src => src)).toEqual(['/api/v1/knowledge/files/01a21570-67a4-7c89-b6ca-bb953317cc5c'])
  expect(editor.markdown()).toContain('<img src=x onerror=alert(1)>')
  expect(addressOf('file:../../me')).toBe('')
  await editor.destroy()
})
