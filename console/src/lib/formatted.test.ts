import { describe, expect, it } from 'vitest'
import { asShown, hasMarks, plainOf, readFormatted, splitFormatted } from './formatted'
import type { Block } from './formatted'
import vectors from '../../../tests/formatted-text.json'
import { applyMark, nextLine } from './marks'

const short = (blocks: readonly Block[]) => blocks.map(({ kind, lines, apart, first }) => ({
  kind, ...(first === 1 ? {} : { first }), ...(apart ? { apart } : {}),
  lines: lines.map(line => line.map(({ text, marks, href }) => [text, ['bold', 'italic', 'code'].filter(mark => marks.includes(mark as 'bold')).map(mark => mark[0]).join(''), ...(href ? [href] : [])])),
}))

describe('formatted texts', () => {
  it.each(vectors)('reads $text as everybody does', ({ text, plain, blocks }) => {
    expect(short(readFormatted(text))).toEqual(blocks)
    expect(plainOf(readFormatted(text))).toBe(plain)
  })

  it('keeps a text without marks as it is', () => {
    expect(splitFormatted('a * b')).toEqual({ text: 'a * b' })
    expect(splitFormatted('**a**')).toEqual({ text: 'a', markdown: '**a**' })
    expect(splitFormatted('\\*a\\*')).toEqual({ text: '*a*', markdown: '\\*a\\*' })
  })

  it('shows what a channel shows', () => {
    const shown = asShown(readFormatted('- **a** [b](https://c.d)'), ['bold'])
    expect(shown[0]!.kind).toBe('paragraph')
    expect(shown[0]!.lines[0]!.map(span => span.text).join('')).toBe('- a b (https://c.d)')
    expect(hasMarks(shown)).toBe(true)
  })

  it('does not take long for what is hostile', () => {
    const began = readFormatted('*a '.repeat(3000) + '**b '.repeat(1000) + '[x]('.repeat(1000))
    expect(began).toHaveLength(1)
  })
})

describe('marks', () => {
  it('are put and taken away', () => {
    const bold = applyMark('a bc d', 2, 4, { before: '**' })
    expect(bold.text).toBe('a **bc** d')
    expect(applyMark(bold.text, ...bold.select, { before: '**' })).toEqual({ text: 'a bc d', select: [2, 4] })
    expect(applyMark(bold.text, ...bold.select, { before: '*' }).text).toBe('a ***bc*** d')
  })

  it('go on in the next line of a list, and end in an empty one', () => {
    expect(nextLine('- a', 3)).toEqual({ insert: '\n- ', from: 3 })
    expect(nextLine('x\n9. a', 6)).toEqual({ insert: '\n10. ', from: 6 })
    expect(nextLine('- a\n- ', 6)).toEqual({ insert: '', from: 4 })
    expect(nextLine('a', 1)).toBeNull()
  })
})
