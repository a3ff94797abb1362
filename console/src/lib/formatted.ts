// The few marks of Markdown that messages may have (docs/formatted-text.md). Console and widget read with one reader, the server with
// its own by the same rules: tests/formatted-text.json holds both to it.
import { read as readFormatted } from '../../../widget/src/formatted/read'
import type { Block, Span } from '../../../widget/src/formatted/read'

export { readFormatted }
export type { Block, Span }
export type Mark = 'bold' | 'italic' | 'code' | 'quote' | 'list' | 'link'

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
