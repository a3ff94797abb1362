import { afterEach, describe, expect, it, vi } from 'vitest'
import { TextSelection } from '@milkdown/kit/prose/state'
import type { Mark } from '@/lib/formatted'
import { openEditor } from './editor'
import type { Editor } from './editor'
import { readLines } from './lines'
import { allMarks } from './marks'

const here = { id: 'a', mode: 'reply' } as const
let editor: Editor
let texts: Record<string, string>
const on = { written: (text: string, { id }: { id: string }, _typed: boolean) => { texts[id] = text }, moved: vi.fn(), key: vi.fn((_: KeyboardEvent) => false), paste: vi.fn(), reduced: vi.fn() }

function open(text = '', shows: readonly Mark[] = allMarks) {
  texts = {}
  const root = document.createElement('div')
  document.body.append(root)
  editor = openEditor(root, { place: here, text, shows }, on)
  editor.name('Reply', 'Write')
}
afterEach(() => {
  editor.close()
  vi.clearAllMocks()
  document.body.replaceChildren()
})

/** As a keyboard does it: the editor is asked first, and what it does not take becomes text. */
function type(words: string) {
  for (const letter of words) {
    const { view } = editor
    const { from, to } = view.state.selection
    const plain = () => view.state.tr.insertText(letter, from, to)
    if (!view.someProp('handleTextInput', take => take(view, from, to, letter, plain))) view.dispatch(plain())
  }
}
function press(key: string, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
  editor.view.dom.dispatchEvent(event)
  return event
}
const selectAll = () => editor.view.dispatch(editor.view.state.tr.setSelection(TextSelection.create(editor.view.state.doc, 1, editor.view.state.doc.content.size - 1)))

describe('the rich field', () => {
  it('is a textbox to whoever does not see it', () => {
    open()
    const { dom } = editor.view
    expect(['role', 'aria-multiline', 'aria-label', 'aria-placeholder', 'contenteditable'].map(name => dom.getAttribute(name))).toEqual(['textbox', 'true', 'Reply', 'Write', 'true'])
    expect(dom.hasAttribute('style')).toBe(false)
  })

  it('turns typed signs into what they mean, and back', () => {
    open()
    type('**粗** *斜* `码`')
    expect(texts['a']).toBe('**粗** *斜* `码`')
    expect(editor.view.dom.querySelectorAll('strong, em, code')).toHaveLength(3)
    editor.newLine()
    type('- 一')
    editor.newLine()
    type('二')
    editor.newLine()
    editor.newLine()
    type('3. 三')
    expect(texts['a']).toBe('**粗** *斜* `码`\n- 一\n- 二\n3. 三')
    open()
    type('- ')
    press('Backspace')
    expect(editor.view.dom.textContent).toBe('- ')
    type('x')
    expect(texts['a']).toBe('\\- x') // signs that are meant as signs
  })

  it('makes nothing that the channel does not show', () => {
    open('', ['bold'])
    type('- *a* `b` **c**')
    expect(texts['a']).toBe('- \\*a\\* \\`b\\` **c**')
    expect(editor.view.dom.querySelectorAll('ul, em, code')).toHaveLength(0)
    selectAll()
    editor.view.pasteHTML('<p>甲 <b>乙</b> <i>丙</i> <a href="https://a.example">丁</a></p><ul><li>戊</li></ul>')
    expect(texts['a']).toBe('甲 **乙** 丙 丁 (https://a.example)\n- 戊')
  })

  it('reads hostile pages and brings words', () => {
    open('您好 ')
    selectAll()
    editor.view.pasteHTML('<meta><style>p{color:red}</style><p style="position:fixed" onclick="alert(1)">甲<img src="x" onerror="alert(2)"><script>alert(3)</scr' + 'ipt></p><a href="javascript:alert(4)">乙</a>')
    expect(texts['a']).toBe('甲\n\n乙')
    expect(editor.view.dom.querySelector('[style],[onclick],script,img[src],a')).toBeNull()
  })

  it('puts words that were copied as words, and an address over what is selected as a link', () => {
    open()
    editor.view.pasteText('**a**\n- b')
    expect(texts['a']).toBe('\\*\\*a\\*\\*\n\\- b')
    open('说明')
    selectAll()
    editor.view.pasteText('https://a.example/b')
    expect(texts['a']).toBe('[说明](https://a.example/b)')
  })

  it('gives each conversation its words and its undo', () => {
    open('甲')
    type('1')
    editor.give({ place: { id: 'b', mode: 'reply' }, text: '**乙**', shows: allMarks })
    type('2')
    expect(texts).toEqual({ a: '1甲', b: '**乙2**' })
    press('z', { ctrlKey: true })
    expect(texts['b']).toBe('**乙**')
    press('z', { ctrlKey: true })
    expect(texts).toEqual({ a: '1甲', b: '**乙**' }) // never into the other one
    editor.give({ place: here, text: '1甲', shows: allMarks })
    press('z', { ctrlKey: true })
    expect(texts['a']).toBe('甲')
    editor.give({ place: { id: 'b', mode: 'reply' }, text: 'from another tab', shows: allMarks })
    expect(editor.view.dom.textContent).toBe('from another tab')
  })

  it('keeps the caret when another tab writes, and waits for a word that is being composed', async () => {
    vi.useFakeTimers()
    open('甲乙丙')
    editor.view.focus()
    editor.select({ line: 0, column: 2 }, { line: 0, column: 2 })
    editor.view.dom.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }))
    editor.give({ place: here, text: '甲乙丙丁', shows: allMarks })
    expect(editor.view.dom.textContent).toBe('甲乙丙')
    press('Enter')
    expect(on.key).not.toHaveBeenCalled() // it picks the word
    editor.view.dom.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
    vi.advanceTimersByTime(100)
    expect(editor.view.dom.textContent).toBe('甲乙丙丁')
    vi.useRealTimers()
    press('Enter')
    expect(on.key).toHaveBeenCalledOnce()
    expect(texts['a']).toBe('甲乙\n丙丁') // where the caret was
  })

  it('shows gaps, and walks through them', () => {
    open()
    editor.insert(readLines('您好，**订单** [order.number] 于 [order.date] 发出', allMarks), 0)
    expect([...editor.view.dom.querySelectorAll('.gap')].map(one => one.textContent)).toEqual(['[order.number]', '[order.date]'])
    expect(editor.toGap(1, 0)).toBe(true)
    type('Q')
    expect(editor.toGap(1)).toBe(true)
    expect(editor.toGap(1)).toBe(false)
    type('周一')
    expect(texts['a']).toBe('您好，**订单** Q 于 周一 发出')
    expect(editor.toGap(1, 0)).toBe(false)
  })

  it('makes lists, quotes and code of lines, and takes them back', () => {
    open('一\n二')
    selectAll()
    editor.put('bullets')
    expect(texts['a']).toBe('- 一\n- 二')
    editor.put('numbers')
    expect(texts['a']).toBe('1. 一\n2. 二')
    editor.put('code')
    expect(texts['a']).toBe('```\n一\n二\n```')
    editor.put('code')
    editor.put('quote')
    expect(texts['a']).toBe('> 一\n> 二')
    editor.put('quote')
    expect(texts['a']).toBe('一\n二')
    press('z', { ctrlKey: true })
    expect(texts['a']).toBe('> 一\n> 二')
  })

  it('shows no mark that readers would not see', () => {
    open('inword 中文')
    editor.select({ line: 0, column: 2 }, { line: 0, column: 6 })
    editor.put('italic')
    expect(editor.view.dom.querySelector('em')).toBeNull() // stars within an English word are stars
    editor.select({ line: 0, column: 8 }, { line: 0, column: 9 })
    editor.put('italic')
    expect(editor.view.dom.querySelector('em')?.textContent).toBe('文')
    expect(texts['a']).toBe('inword 中*文*')
    press('z', { ctrlKey: true })
    expect(texts['a']).toBe('inword 中文')
  })

  it('tells typing from tidying up', () => {
    open('in')
    const written = vi.spyOn(on, 'written')
    editor.select({ line: 0, column: 2 }, { line: 0, column: 2 })
    editor.put('italic')
    type('word')
    expect(written.mock.calls.map(([, , typed]) => typed)).toEqual([true, true, true, true])
    expect(editor.view.dom.querySelector('em')).not.toBeNull()
    editor.view.dom.dispatchEvent(new FocusEvent('blur'))
    expect(editor.view.dom.querySelector('em')).toBeNull() // no reader would see it
    expect(written.mock.lastCall?.[2]).toBe(false)
  })

  it('takes a few thousand lines of what was copied, and no more', () => {
    open()
    editor.view.pasteText('\n'.repeat(60_000))
    expect(editor.view.state.doc.childCount).toBeLessThanOrEqual(10_000)
  })

  it('links and unlinks', () => {
    open('看 说明')
    editor.select({ line: 0, column: 2 }, { line: 0, column: 4 })
    editor.setLink('https://a.example')
    expect(texts['a']).toBe('看 [说明](https://a.example)')
    editor.select({ line: 0, column: 3 }, { line: 0, column: 3 })
    expect(editor.link()).toEqual({ href: 'https://a.example', some: false })
    editor.setLink(null)
    expect(texts['a']).toBe('看 说明')
  })
})
