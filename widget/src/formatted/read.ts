// The few marks of Markdown that messages may have (docs/formatted-text.md). The console reads with this reader too, the server with
// its own by the same rules: tests/formatted-text.json holds both to it.

export type Mark = 'bold' | 'italic' | 'code'
export interface Span { text: string, marks: readonly Mark[], href?: string }
export interface Block { kind: 'paragraph' | 'bullets' | 'numbers' | 'quote' | 'code', lines: Span[][], apart: boolean, first: number }

const link = /\[([^[\]]+)\]\(((?:https?:\/\/|mailto:|tel:)[^\s()]+)\)/iy
const word = /[A-Za-z0-9]/
const space = /[ \t]/

export function read(text: string): Block[] {
  const blocks: Block[] = []
  let apart = false
  let fenced = false
  let open: Block | undefined
  const begin = (kind: Block['kind'], first: number) => {
    blocks.push(open = { kind, lines: [], apart, first })
    apart = false
  }
  for (const line of text.split(/\r\n|[\n\r\f\u0085\u2028\u2029]/)) {
    if (line.startsWith('```')) {
      fenced = !fenced
      if (fenced) begin('code', 1)
      else open = undefined
      apart = false
    } else if (fenced) open?.lines.push([{ text: line, marks: [] }])
    else if (!line.trim()) {
      apart = blocks.length > 0
      open = undefined
    } else {
      const [, dash, quote, number, words] = /^(?:(- )(?=.)|(> ?)|([0-9]{1,3})\. (?=.))?(.*)$/.exec(line)!
      const kind = dash ? 'bullets' : quote ? 'quote' : number ? 'numbers' : 'paragraph'
      if (open?.kind !== kind) begin(kind, Number(number ?? 1))
      const spans: Span[] = []
      walk(words!, [], undefined, spans)
      open!.lines.push(spans)
    }
  }
  return blocks
}

function walk(line: string, marks: readonly Mark[], href: string | undefined, spans: Span[]): void {
  let text = ''
  const without = new Set<Mark>()
  const push = (words: string, all: readonly Mark[]) => { if (words) spans.push({ text: words, marks: all, ...href && { href } }) }
  const flush = () => { push(text, marks); text = '' }
  for (let at = 0; at < line.length;) {
    const letter = line[at]!
    const next = line[at + 1]
    if (letter === '\\' && next && '\\`*[]()>-.'.includes(next)) {
      text += next
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
      const bold = next === '*'
      const mark = bold ? 'bold' : 'italic'
      const from = at + (bold ? 2 : 1)
      if (!marks.includes(mark) && !without.has(mark) && from < line.length && !space.test(line[from]!) && (bold || !at || !word.test(line[at - 1]!))) {
        const end = closing(line, from, bold)
        if (end >= 0) {
          flush()
          walk(line.slice(from, end), [...marks, mark], href, spans)
          at = end + from - at
          continue
        }
        without.add(mark) // nothing later in this line finds one either
      }
    }
    link.lastIndex = at
    const to = letter === '[' && !href && link.exec(line)
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

function closing(line: string, from: number, bold: boolean): number {
  for (let at = from; at < line.length; at++) {
    const end = line[at] === '`' ? line.indexOf('`', at + 1) : -1
    if (line[at] === '\\') at++
    else if (end > at + 1) at = end
    else if (line[at] === '*') {
      const two = line[at + 1] === '*'
      if (bold && two) {
        while (line[at + 2] === '*') at++
        if (at > from && !space.test(line[at - 1]!)) return at
      }
      if (two) at++
      else if (!bold && at > from && !space.test(line[at - 1]!) && !word.test(line[at + 1] ?? ' ')) return at
    }
  }
  return -1
}
