import { asShown, readFormatted } from '@/lib/formatted'
import type { Block, Mark, Span } from '@/lib/formatted'
import { writeLine } from './writing'


/** One line of a text with marks. Lists, quotes and code are lines that follow each other (docs/formatted-text.md). */
export interface Line {
  kind: Block['kind']
  spans: readonly Span[]
  /** Of numbers. */
  number?: number
  /** Code between fences of its own. */
  opens?: boolean
  /** Where it stood in the text, with its sign. */
  at?: number
}

const ends = /\r\n|[\n\r\f\u0085\u2028\u2029]/g
/** A list item that nobody has written yet. */
const bare = /^(?:(- )|([0-9]{1,3})\. )$/

/** A text as a channel shows it that has only these marks; the others are words and signs. */
export function readLines(text: string, shows: readonly Mark[]): Line[] {
  const lines: Line[] = []
  let fenced = false
  let opens = false
  for (const { at, raw } of rawLines(text)) {
    if (raw.startsWith('```')) {
      fenced = opens = !fenced
      continue
    }
    const line: Line = fenced ? { kind: 'code', spans: wordsIn(raw), ...(opens ? { opens } : {}) } : readLine(raw, lines.at(-1))
    opens = false
    lines.push({ ...shownLine(line, shows), at })
  }
  return lines.length ? lines : [{ kind: 'paragraph', spans: [], at: 0 }]
}

function* rawLines(text: string) {
  let at = 0
  for (const { index, 0: end } of text.matchAll(ends)) {
    yield { at, raw: text.slice(at, index) }
    at = index + end.length
  }
  yield { at, raw: text.slice(at) }
}

const wordsIn = (raw: string): Span[] => (raw ? [{ text: raw, marks: [] }] : [])

function readLine(raw: string, before: Line | undefined): Line {
  const empty = bare.exec(raw)
  const [block] = empty || !raw.trim() ? [] : readFormatted(raw)
  const kind = empty ? (empty[1] ? 'bullets' : 'numbers') : (block?.kind ?? 'paragraph')
  const spans = merged(block?.lines[0] ?? (empty ? [] : wordsIn(raw)))
  return kind === 'numbers' ? { kind, spans, number: before?.kind === 'numbers' ? before.number! + 1 : Number(empty?.[2] ?? block!.first) } : { kind, spans }
}

/** The line without the marks that are not shown. */
export function shownLine(line: Line, shows: readonly Mark[]): Line {
  const [shown] = asShown([{ kind: line.kind, lines: [[...line.spans]], apart: false, first: line.number ?? 1 }], shows)
  const { number, opens, ...rest } = line
  return { ...rest, kind: shown!.kind, spans: merged(shown!.lines[0]!), ...(shown!.kind === 'numbers' ? { number: number ?? 1 } : {}), ...(shown!.kind === 'code' && opens ? { opens } : {}) }
}

/** Neighbours that look the same are one. */
export function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = []
  for (const { text, marks, href } of spans) {
    const last = all.at(-1)
    if (last && sameLook(last, { marks, href })) last.text += text
    else if (text) all.push({ text, marks, ...(href ? { href } : {}) })
  }
  return all
}
export const sameLook = (one: Pick<Span, 'marks'> & { href?: string | undefined }, other: Pick<Span, 'marks'> & { href?: string | undefined }) =>
  one.href === other.href && one.marks.length === other.marks.length && one.marks.every(mark => other.marks.includes(mark))

export function writeLines(lines: readonly Line[], shows: readonly Mark[], write: (line: Line, n: number) => string = line => writeLine(line, shows)): string {
  const out: string[] = []
  lines.forEach((line, n) => {
    const before = lines[n - 1]
    if (line.kind === 'code' && (before?.kind !== 'code' || line.opens)) out.push(...(before?.kind === 'code' ? ['```'] : []), '```')
    else if (before?.kind === 'code' && line.kind !== 'code') out.push('```')
    out.push(write(line, n))
  })
  if (lines.at(-1)?.kind === 'code') out.push('```')
  return out.join('\n')
}

const signOf = (line: Line) => ({ bullets: '- ', numbers: `${line.number ?? 1}. `, quote: '> ', code: '', paragraph: '' })[line.kind]
export const wordsOf = (line: Line) => line.spans.map(span => span.text).join('')
const isMarked = (line: Line) => line.kind !== 'paragraph' || line.spans.some(span => span.marks.length > 0 || span.href)

/** The words alone, with the signs of lists and quotes: what is counted, and what a channel without marks shows. */
export const plainText = (text: string, shows: readonly Mark[]) => plainLines(readLines(text, shows))
export const plainLines = (lines: readonly Line[]) => lines.flatMap(line => (line.kind !== 'paragraph' || line.spans.length || lines.length > 1 ? [signOf(line) + shownLine({ ...line, kind: 'paragraph' }, []).spans.map(span => span.text).join('')] : [])).join('\n')

/** What the API takes of what was written: words as they are, or with marks where there are any. Empty items stay behind. */
export function outgoing(text: string, shows: readonly Mark[]): { words: string; format?: 'markdown' } {
  if (!shows.length) return { words: text.trim() }
  const lines = readLines(text, shows).filter(line => line.spans.length || (line.kind !== 'bullets' && line.kind !== 'numbers'))
  return lines.some(isMarked) ? { words: writeLines(lines, shows).trim(), format: 'markdown' } : { words: plainLines(lines).trim() }
}

/** Words in which no sign is meant as a mark. */
export const literal = (words: string, shows: readonly Mark[]) => (shows.length ? writeLines(words.split(ends).map(line => ({ kind: 'paragraph', spans: wordsIn(line) })), shows) : words)

/** A text for a place that shows other marks; `lost`: some could not come along. */
export function reduced(text: string, from: readonly Mark[], to: readonly Mark[]): { text: string; lost: boolean } {
  if (!from.length) return { text: literal(text, to), lost: false }
  const [before, after] = [readLines(text, from), readLines(text, from).map(line => shownLine(line, to))]
  const lost = JSON.stringify(before.map(looks)) !== JSON.stringify(after.map(looks))
  return { text: to.length ? writeLines(after, to) : plainLines(after), lost }
}
const looks = ({ kind, spans }: Line) => [kind, spans.map(({ marks, href }) => [marks, href])]

/** Where a place in the text is in what it reads as: the number of the line, and how many letters of it stand before. */
export function placeIn(text: string, caret: number, shows: readonly Mark[]): { line: number; column: number } {
  const lines = readLines(text, shows)
  const line = Math.max(0, lines.findLastIndex(one => one.at! <= caret))
  const one = lines[line]!
  const raw = text.slice(one.at, caret)
  const read = one.kind === 'code' ? raw : wordsOf(readLines(raw, shows)[0]!)
  const sign = one.kind === 'paragraph' || one.kind === 'code' ? '' : /^(?:- |> ?|[0-9]{1,3}\. )/.exec(raw)?.[0] ?? raw
  return { line, column: Math.min(wordsOf(one).length, one.kind === 'code' || readLines(raw, shows)[0]!.kind === one.kind ? read.length : Math.max(0, raw.length - sign.length)) }
}
