// The few marks of Markdown that messages may have (docs/formatted-text.md). The server and the widget read the same by the same
// rules: tests/formatted-text.json holds all three to it.

export type Mark = 'bold' | 'italic' | 'code' | 'quote' | 'list' | 'link'
export interface Span { text: string; marks: readonly ('bold' | 'italic' | 'code')[]; href?: string }
export interface Block { kind: 'paragraph' | 'bullets' | 'numbers' | 'quote' | 'code'; lines: Span[][]; apart: boolean; first: number }

const link = /\[([^[\]]+)\]\(((?:https?:\/\/|mailto:|tel:)[^\s()]+)\)/iy
const escapable = '\\`*[]()>-.'
const word = /[A-Za-z0-9]/
const isSpace = (letter: string | undefined) => letter === ' ' || letter === '\t'

export function readFormatted(text: string): Block[] {
  const blocks: Block[] = []
  let apart = false
  let open: Block | null = null
  let fenced = false
  const begin = (kind: Block['kind'], first = 1) => {
    const block: Block = { kind, lines: [], apart, first }
    blocks.push(block)
    apart = false
    return block
  }
  for (const line of text.split(/\r\n|[\n\r\f\u0085\u2028\u2029]/)) {
    if (line.startsWith('```')) {
      fenced = !fenced
      open = fenced ? begin('code') : null
      apart = false
    } else if (fenced) open?.lines.push([{ text: line, marks: [] }])
    else if (line.trim() === '') {
      apart = blocks.length > 0
      open = null
    } else {
      const { kind, words, first } = kindOf(line)
      if (open?.kind !== kind) open = begin(kind, first)
      open.lines.push(spansOf(words))
    }
  }
  return blocks
}

function kindOf(line: string): { kind: Block['kind']; words: string; first: number } {
  if (line.startsWith('- ') && line.length > 2) return { kind: 'bullets', words: line.slice(2), first: 1 }
  if (line.startsWith('>')) return { kind: 'quote', words: line.slice(line[1] === ' ' ? 2 : 1), first: 1 }
  const numbered = /^([0-9]{1,3})\. (.+)$/.exec(line)
  return numbered ? { kind: 'numbers', words: numbered[2]!, first: Number(numbered[1]) } : { kind: 'paragraph', words: line, first: 1 }
}

export function spansOf(line: string): Span[] {
  const spans: Span[] = []
  walk(line, [], undefined, spans)
  return spans
}

function walk(line: string, marks: Span['marks'], href: string | undefined, spans: Span[]) {
  let text = ''
  const without = new Set<string>()
  const push = (words: string, with_: Span['marks'] = marks) => { if (words) spans.push({ text: words, marks: with_, ...(href ? { href } : {}) }) }
  const flush = () => { push(text); text = '' }
  for (let at = 0; at < line.length;) {
    const letter = line[at]!
    if (letter === '\\' && at + 1 < line.length && escapable.includes(line[at + 1]!)) {
      text += line[at + 1]!
      at += 2
      continue
    }
    const code = letter === '`' ? line.indexOf('`', at + 1) : -1
    if (code > at + 1) {
      flush()
      push(line.slice(at + 1, code), [...marks, 'code'])
      at = code + 1
      continue
    }
    if (letter === '*') {
      const bold = line[at + 1] === '*'
      const [mark, width] = bold ? ['bold', 2] as const : ['italic', 1] as const
      if (!marks.includes(mark) && !without.has(mark) && at + width < line.length && !isSpace(line[at + width]) && (bold || at === 0 || !word.test(line[at - 1]!))) {
        const end = closing(line, at + width, bold)
        if (end >= 0) {
          flush()
          walk(line.slice(at + width, end), [...marks, mark], href, spans)
          at = end + width
          continue
        }
        without.add(mark) // nothing later in this line finds one either
      }
    }
    link.lastIndex = at
    const to = letter === '[' && !href ? link.exec(line) : null
    if (to) {
      flush()
      walk(to[1]!, marks, to[2]!, spans)
      at += to[0].length
      continue
    }
    text += letter
    at++
  }
  flush()
}

function closing(line: string, from: number, bold: boolean) {
  for (let at = from; at < line.length; at++) {
    const end = line[at] === '`' ? line.indexOf('`', at + 1) : -1
    if (line[at] === '\\') at++
    else if (end > at + 1) at = end
    else if (line[at] === '*') {
      const two = line[at + 1] === '*'
      if (bold && two) {
        while (line[at + 2] === '*') at++
        if (at > from && !isSpace(line[at - 1])) return at
      }
      if (two) at++
      else if (!bold && at > from && !isSpace(line[at - 1]) && !(at + 1 < line.length && word.test(line[at + 1]!))) return at
    }
  }
  return -1
}

/** Whether anything in it looks otherwise than plain text. */
export const hasMarks = (blocks: readonly Block[]) => blocks.some(block => block.kind !== 'paragraph' || block.lines.some(line => line.some(span => span.marks.length > 0 || span.href)))

const signOf = (block: Block, index: number) => (block.kind === 'bullets' ? '- ' : block.kind === 'numbers' ? `${block.first + index}. ` : block.kind === 'quote' ? '> ' : '')
const bare = (href: string) => href.replace(/^(mailto:|tel:)/i, '')
const says = ({ text, href }: Span) => !href || ['', 'https://', 'http://', 'mailto:', 'tel:'].some(scheme => href === scheme + text)

/** As whoever shows only some marks shows it: the others become plain words and signs. */
export function asShown(blocks: readonly Block[], shows: readonly Mark[]): Block[] {
  const knows = new Set<Mark>(shows)
  const kindsOf = { paragraph: true, bullets: knows.has('list'), numbers: knows.has('list'), quote: knows.has('quote'), code: knows.has('code') }
  return blocks.map(block => ({
    ...block, kind: kindsOf[block.kind] ? block.kind : 'paragraph',
    lines: block.lines.map((line, index) => [
      ...(kindsOf[block.kind] || !signOf(block, index) ? [] : [{ text: signOf(block, index), marks: [] }]),
      ...line.map(({ text, marks, href }): Span => {
        const kept = marks.filter(mark => knows.has(mark))
        if (!href) return { text, marks: kept }
        return knows.has('link') ? { text, marks: kept, href } : { text: says({ text, marks, href }) ? text : `${text} (${bare(href)})`, marks: kept }
      }),
    ]),
  }))
}

/** The words without marks: what everybody gets who shows no formats. */
export const plainOf = (blocks: readonly Block[]) => asShown(blocks, []).map((block, n) => (n === 0 ? '' : block.apart ? '\n\n' : '\n') + block.lines.map(line => line.map(span => span.text).join('')).join('\n')).join('')

/** What becomes of a text that is sent with marks, as the server does it. */
export function splitFormatted(text: string): { text: string; markdown?: string } {
  const blocks = readFormatted(text)
  const plain = plainOf(blocks)
  return plain === text && !hasMarks(blocks) ? { text: plain } : { text: plain, markdown: text }
}
