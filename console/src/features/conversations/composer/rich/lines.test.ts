import { describe, expect, it } from 'vitest'
import { hasMarks, plainOf, readFormatted } from '@/lib/formatted'
import type { Mark } from '@/lib/formatted'
import vectors from '../../../../../../tests/formatted-text.json'
import { docOf, linesOf, textOf } from './document'
import { literal, merged, outgoing, placeIn, plainText, readLines, reduced, writeLines } from './lines'
import type { Line } from './lines'
import { allMarks } from './marks'

const looks = (lines: readonly Line[]) => lines.map(({ kind, spans, number }) => ({ kind, spans: merged(spans).map(({ text, marks, href }) => [text, [...marks].sort(), href]), number }))
const chance = (seed: number) => () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648

describe('a text with marks', () => {
  it.each(vectors)('$text comes through the editor as it was read', ({ text }) => {
    const lines = readLines(text, allMarks)
    const written = textOf(docOf(lines), allMarks)
    expect(looks(readLines(written, allMarks))).toEqual(looks(lines))
    expect(plainOf(readFormatted(written))).toBe(plainOf(readFormatted(text)))
  })

  it('is written as a person would write it', () => {
    for (const text of ['您好 **李雷**，请看 [说明](https://a.example/b)：\n- 一\n- 二\n\n3. 甲\n4. 乙\n> 引用\n`x*y`', '2*3*4，a * b，[x]，#1，C:\\dir', '```\na\n\n- b\n```\n\n\n末尾'])
      expect(textOf(docOf(readLines(text, allMarks)), allMarks)).toBe(text)
  })

  it('keeps signs that are words', () => {
    for (const words of ['**a**', '- a', '1. a', '> a', '```', '`a`', '\\*a\\*', '[a](https://b.c)', '*', '***', '\\', 'a\\', '[', '   ', ' - a', '2. ']) {
      const text = literal(words, allMarks)
      expect(plainText(text, allMarks), text).toBe(words)
      expect(outgoing(text, allMarks)).toEqual({ words: words.trim() })
    }
  })

  it('loses no word and no mark, whatever is written', () => {
    const next = chance(20261126)
    const pick = <T>(all: readonly T[]) => all[Math.floor(next() * all.length)]!
    for (let round = 0; round < 800; round++) {
      const shows = pick<readonly Mark[]>([allMarks, ['bold', 'italic', 'link'], ['bold', 'italic', 'code', 'quote', 'list'], ['list']])
      const lines = Array.from({ length: 1 + Math.floor(next() * 4) }, (): Line => {
        const kind = pick(['paragraph', 'paragraph', ...(shows.includes('list') ? ['bullets'] : []), ...(shows.includes('quote') ? ['quote'] : []), ...(shows.includes('code') ? ['code'] : [])]) as Line['kind']
        const spans = Array.from({ length: Math.floor(next() * 4) }, () => ({
          text: Array.from({ length: 1 + Math.floor(next() * 4) }, () => pick(['*', '**', '`', '\\', '[', ']', '(', ')', ' ', '退款', 'ab', '1. ', '- ', '>', '```', '😀', 'https://a.b'])).join(''),
          marks: kind === 'code' ? [] : (['bold', 'italic', 'code'] as const).filter(mark => shows.includes(mark) && next() < 0.3),
          ...(kind !== 'code' && shows.includes('link') && next() < 0.2 ? { href: 'https://a.example/x?y=1' } : {}),
        }))
        return { kind, spans: merged(spans) }
      })
      const text = writeLines(lines, shows)
      const read = readLines(text, shows)
      const words = (all: readonly Line[]) => all.map(line => line.spans.map(span => span.text).join('')).join('\n').replace(/[`'[\]()\s]/g, '')
      expect(words(read), text).toBe(words(lines))
      // Written once more it stays the same: a draft does not wander.
      expect(looks(readLines(textOf(docOf(read), shows), shows)), text).toEqual(looks(read))
    }
  })

  it('marks end at words, and what the dialect cannot say goes without', () => {
    const write = (...spans: Line['spans']) => writeLines([{ kind: 'paragraph', spans }], allMarks)
    expect(write({ text: 'a ', marks: ['bold'] }, { text: 'b', marks: [] })).toBe('**a** b')
    expect(write({ text: '甲', marks: ['bold'] }, { text: 'b', marks: ['bold', 'italic'] }, { text: '。', marks: [] })).toBe('**甲*b***。')
    expect(write({ text: 'in', marks: [] }, { text: 'word', marks: ['italic'] })).toBe('inword')
    expect(write({ text: '中', marks: [] }, { text: '文', marks: ['italic'] }, { text: '字', marks: [] })).toBe('中*文*字')
    expect(write({ text: 'a[1]', marks: [], href: 'https://a.b/(c)' })).toBe('[a(1)](https://a.b/%28c%29)')
  })

  it('goes out as words where there are no marks, and without what is empty', () => {
    expect(outgoing('a\n- \n', allMarks)).toEqual({ words: 'a' })
    expect(outgoing('- a\n- ', allMarks)).toEqual({ words: '- a', format: 'markdown' })
    expect(outgoing('\\- a', allMarks)).toEqual({ words: '- a' })
    expect(outgoing('**a**', ['link'])).toEqual({ words: 'a' })
    expect(outgoing(' **a** ', [])).toEqual({ words: '**a**' })
  })

  it('is reduced for another channel', () => {
    const text = '**a** [b](https://c.d)\n- e\n\\*f\\*'
    expect(reduced(text, allMarks, [])).toEqual({ text: 'a b (https://c.d)\n- e\n*f*', lost: true })
    const some = reduced(text, allMarks, ['bold'])
    expect(some).toEqual({ text: '**a** b (https://c.d)\n- e\n\\*f\\*', lost: true })
    expect(hasMarks(readFormatted(reduced('a\n2*3', allMarks, []).text))).toBe(false)
    expect(reduced('2 \\*x\\*', allMarks, ['bold'])).toMatchObject({ lost: false })
    expect(reduced('**a**', [], allMarks)).toEqual({ text: '\\*\\*a\\*\\*', lost: false })
  })

  it('finds the caret where it was', () => {
    expect(placeIn('ab\ncd', 4, allMarks)).toEqual({ line: 1, column: 1 })
    expect(placeIn('a **bc** d', 10, allMarks)).toEqual({ line: 0, column: 6 })
    expect(placeIn('- ab', 4, allMarks)).toEqual({ line: 0, column: 2 })
    expect(placeIn('- ab', 0, allMarks)).toEqual({ line: 0, column: 0 })
    expect(placeIn('```\nab\ncd\n```', 8, allMarks)).toEqual({ line: 1, column: 1 })
    expect(placeIn('', 0, allMarks)).toEqual({ line: 0, column: 0 })
  })

  it('knows the lines of a document again', () => {
    const lines: Line[] = [{ kind: 'numbers', number: 3, spans: [{ text: 'a', marks: ['bold'] }] }, { kind: 'code', opens: true, spans: [] }, { kind: 'code', opens: true, spans: [{ text: 'x', marks: [] }] }]
    expect(linesOf(docOf(lines))).toEqual(lines)
  })
})
