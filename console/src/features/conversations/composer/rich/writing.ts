import type { Mark, Span } from '@/lib/formatted'
import { merged, readLines, sameLook } from './lines'
import type { Line } from './lines'

type Look = 'bold' | 'italic' | 'code'
interface Letter { text: string; marks: ReadonlySet<Look>; href?: string }

const signs = { bold: '**', italic: '*', code: '`' } as const
const escaped = (text: string) => text.replace(/[\\`*[\]]/g, '\\$&')
const atStart = (text: string) => text.replace(/^(- |>|```)/, '\\$1').replace(/^([0-9]{1,3})\. /, '$1\\. ')

/**
 * A line as Markdown that reads as this line again. Tried from plain to careful: as it stands there, with its signs escaped, and, for
 * what the dialect cannot say (italic within an English word), without that mark. Words are never lost.
 */
export function writeLine(line: Line, shows: readonly Mark[]): string {
  const sign = line.kind === 'bullets' ? '- ' : line.kind === 'numbers' ? `${line.number ?? 1}. ` : line.kind === 'quote' ? '> ' : ''
  const words = line.spans.map(span => span.text).join('')
  if (line.kind === 'code') return words.startsWith('```') ? ` ${words}` : words
  if (!words.trim()) return sign + words
  const letters = settled(line.spans)
  for (const without of [[], ['italic'], ['italic', 'bold'], ['italic', 'bold', 'code']] as Look[][]) {
    const wanted = letters.map(one => ({ ...one, marks: new Set([...one.marks].filter(mark => !without.includes(mark))) }))
    const plain = write(wanted, text => text)
    for (const text of [plain, atStart(plain), write(wanted, escaped), sign ? write(wanted, escaped) : atStart(write(wanted, escaped))]) {
      const [read, more] = readLines(sign + text, shows)
      if (!more && read!.kind === line.kind && same(read!.spans, spansOf(wanted))) return sign + text
    }
  }
  return sign + (sign ? escaped(words) : atStart(escaped(words)))
}

const same = (one: readonly Span[], other: readonly Span[]) => one.length === other.length && one.every((span, n) => span.text === other[n]!.text && sameLook(span, other[n]!))
const spansOf = (letters: readonly Letter[]) => merged(letters.map(({ text, marks, href }) => ({ text, marks: [...marks], ...(href ? { href } : {}) })))

/** Letters with their marks; marks begin and end at words, and what would end a link or code early is another sign. */
function settled(spans: readonly Span[]): Letter[] {
  const letters = spans.flatMap(({ text, marks, href }) => [...text].map(letter => ({
    text: marks.includes('code') && letter === '`' ? "'" : href && letter === '[' ? '(' : href && letter === ']' ? ')' : letter,
    marks: new Set<Look>(marks),
    ...(href ? { href: href.replace(/[\s()]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`) } : {}),
  })))
  for (const mark of ['bold', 'italic'] as const) {
    for (let from = 0; from < letters.length; from++) {
      if (!letters[from]!.marks.has(mark)) continue
      let to = from
      while (letters[to + 1]?.marks.has(mark)) to++
      for (let at = from; at <= to && !letters[at]!.text.trim(); at++) letters[at]!.marks.delete(mark)
      for (let at = to; at >= from && !letters[at]!.text.trim(); at--) letters[at]!.marks.delete(mark)
      from = to
    }
  }
  return letters
}

/** The longest mark stands outside. */
function write(letters: readonly Letter[], say: (text: string) => string): string {
  let out = ''
  let plain = ''
  for (let at = 0; at < letters.length;) {
    const one = letters[at]!
    const runs = [...(one.href ? [{ mark: 'link' as const, end: endOf(letters, at, next => next.href === one.href) }] : []),
      ...[...one.marks].filter(mark => mark !== 'code').map(mark => ({ mark, end: endOf(letters, at, next => next.marks.has(mark)) }))]
      .sort((a, b) => b.end - a.end)
    const [longest] = runs
    if (!longest && !one.marks.has('code')) {
      plain += one.text
      at++
      continue
    }
    out += say(plain)
    plain = ''
    const end = longest?.end ?? endOf(letters, at, next => next.marks.has('code'))
    const inside = letters.slice(at, end)
    if (!longest) out += signs.code + inside.map(letter => letter.text).join('') + signs.code
    else if (longest.mark === 'link') out += `[${write(inside.map(({ text, marks }) => ({ text, marks })), say)}](${one.href})`
    else out += signs[longest.mark] + write(inside.map(letter => ({ ...letter, marks: new Set([...letter.marks].filter(mark => mark !== longest.mark)) })), say) + signs[longest.mark]
    at = end
  }
  return out + say(plain)
}
function endOf(letters: readonly Letter[], from: number, has: (letter: Letter) => boolean): number {
  let end = from + 1
  while (end < letters.length && has(letters[end]!)) end++
  return end
}
