import { DOMSerializer, Schema } from '@milkdown/kit/prose/model'
import type { Node } from '@milkdown/kit/prose/model'
import type { Mark, Span } from '@/lib/formatted'
import { merged, writeLines } from './lines'
import type { Line } from './lines'
import { writeLine } from './writing'

/** What messages may have (docs/formatted-text.md), and nothing else. */
export const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: { group: 'block', content: 'inline*', toDOM: () => ['p', { dir: 'auto' }, 0], parseDOM: [{ tag: 'p' }, { tag: 'div' }] },
    bullets: { group: 'block', content: 'item+', toDOM: () => ['ul', 0], parseDOM: [{ tag: 'ul' }] },
    numbers: {
      group: 'block', content: 'item+', attrs: { first: { default: 1 } },
      toDOM: node => ['ol', { start: String(node.attrs['first']) }, 0],
      parseDOM: [{ tag: 'ol', getAttrs: dom => ({ first: Number(dom.getAttribute('start') ?? 1) || 1 }) }],
    },
    item: { content: 'inline*', toDOM: () => ['li', { dir: 'auto' }, 0], parseDOM: [{ tag: 'li' }] },
    quote: { group: 'block', content: 'paragraph+', toDOM: () => ['blockquote', 0], parseDOM: [{ tag: 'blockquote' }] },
    fence: { group: 'block', content: 'text*', marks: '', code: true, toDOM: () => ['pre', ['code', 0]], parseDOM: [{ tag: 'pre', preserveWhitespace: 'full' }] },
    text: { group: 'inline' },
  },
  marks: {
    link: { attrs: { href: {} }, inclusive: false, toDOM: mark => ['a', { href: String(mark.attrs['href']), rel: 'noopener noreferrer nofollow' }, 0], parseDOM: [{ tag: 'a[href]', getAttrs: dom => (safeHref(dom.getAttribute('href') ?? '') ? { href: dom.getAttribute('href') } : false) }] },
    bold: { toDOM: () => ['strong', 0], parseDOM: [{ tag: 'strong' }, { tag: 'b' }] },
    italic: { toDOM: () => ['em', 0], parseDOM: [{ tag: 'em' }, { tag: 'i' }] },
    code: { toDOM: () => ['code', 0], parseDOM: [{ tag: 'code' }] },
  },
})
export const serializer = DOMSerializer.fromSchema(schema)

/** Where a link may lead, as readers of such texts have it. */
export function safeHref(href: string): string | null {
  const trimmed = href.trim().replace(/[\s()]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return /^(?:https?:\/\/|mailto:|tel:)./i.test(trimmed) ? trimmed : null
}

const looks = ['bold', 'italic', 'code'] as const
const inline = (spans: readonly Span[]) => spans.filter(span => span.text).map(({ text, marks, href }) => schema.text(text, [...(href ? [schema.mark('link', { href })] : []), ...looks.filter(look => marks.includes(look)).map(look => schema.mark(look))]))
const spansOf = (block: Node): Span[] => {
  const spans: Span[] = []
  block.forEach(node => {
    const link = node.marks.find(mark => mark.type.name === 'link')
    spans.push({ text: node.text ?? '', marks: looks.filter(look => node.marks.some(mark => mark.type.name === look)), ...(link ? { href: String(link.attrs['href']) } : {}) })
  })
  return merged(spans)
}

export function docOf(lines: readonly Line[]): Node {
  const blocks: Node[] = []
  for (let at = 0; at < lines.length;) {
    const { kind, number } = lines[at]!
    let end = at + 1
    while (kind !== 'paragraph' && lines[end]?.kind === kind && !lines[end]!.opens) end++
    const run = lines.slice(at, end)
    if (kind === 'code') blocks.push(schema.node('fence', null, run.map(line => line.spans.map(span => span.text).join('')).join('\n') ? schema.text(run.map(line => line.spans.map(span => span.text).join('')).join('\n')) : []))
    else if (kind === 'paragraph') blocks.push(schema.node('paragraph', null, inline(run[0]!.spans)))
    else blocks.push(schema.node(kind, kind === 'numbers' ? { first: number ?? 1 } : null, run.map(line => schema.node(kind === 'quote' ? 'paragraph' : 'item', null, inline(line.spans)))))
    at = end
  }
  return schema.node('doc', null, blocks.length ? blocks : [schema.node('paragraph')])
}

export function linesOf(doc: Node): Line[] {
  const lines: Line[] = []
  doc.forEach(block => {
    const kind = block.type.name === 'fence' ? 'code' : block.type.name as Line['kind']
    if (kind === 'code') lines.push(...block.textContent.split('\n').map((text, n): Line => ({ kind, spans: text ? [{ text, marks: [] }] : [], ...(n === 0 ? { opens: true } : {}) })))
    else if (kind === 'paragraph') lines.push({ kind, spans: spansOf(block) })
    else block.forEach((line, _, n) => lines.push({ kind, spans: spansOf(line), ...(kind === 'numbers' ? { number: Number(block.attrs['first']) + n } : {}) }))
  })
  return lines
}

/** A line of the document: a paragraph, an item, or one of the lines of code. */
export interface Spot { line: number; column: number }

export function spotOf(doc: Node, pos: number): Spot {
  let line = -1
  let spot: Spot = { line: 0, column: 0 }
  doc.descendants((node, from) => {
    if (!node.isTextblock) return true
    const inside = pos > from ? Math.min(pos - from - 1, node.content.size) : -1
    const rows = node.type.spec.code ? node.textContent.split('\n') : [node.textContent]
    let begin = 0
    for (const row of rows) {
      line++
      if (inside >= begin) spot = { line, column: Math.min(inside - begin, row.length) }
      begin += row.length + 1
    }
    return false
  })
  return spot
}

export function posOf(doc: Node, { line, column }: Spot): number {
  let at = -1
  let pos = doc.content.size - 1
  doc.descendants((node, from) => {
    if (!node.isTextblock) return true
    let begin = from + 1
    for (const row of node.type.spec.code ? node.textContent.split('\n') : [node.textContent]) {
      at++
      if (at === line) pos = begin + Math.min(column, row.length)
      begin += row.length + 1
    }
    return false
  })
  return pos
}

/** Lines are written once: a long text is not written anew with every letter. */
const written = new WeakMap<Node, { as: string; text: string }>()
export function textOf(doc: Node, shows: readonly Mark[]): string {
  const nodes: Node[] = []
  doc.descendants(node => {
    if (node.isTextblock) nodes.push(...(node.type.spec.code ? node.textContent.split('\n').map(() => node) : [node]))
    return !node.isTextblock
  })
  return writeLines(linesOf(doc), shows, (line, n) => {
    if (line.kind === 'code') return writeLine(line, shows)
    const as = `${line.kind}${line.number ?? ''}${shows.join()}`
    const had = written.get(nodes[n]!)
    if (had?.as === as) return had.text
    const text = writeLine(line, shows)
    written.set(nodes[n]!, { as, text })
    return text
  })
}
