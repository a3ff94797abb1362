// Texts with marks, drawn. Loaded with the first message that has some; until then, and without it, its plain words stand there.

import { autolink } from '../view/autolink'
import { h } from '../view/dom'
import { read, type Block, type Span } from './read'

/** Takes the place of the words in the bubble around the box. */
export function showFormatted(box: HTMLElement, markdown: string): void {
  while (box.nextSibling) box.nextSibling.remove()
  box.after(...read(markdown).map(block))
}

function block({ kind, lines, first, apart }: Block): HTMLElement {
  const inside = lines.map(line => line.flatMap(piece))
  const node = kind === 'bullets' ? h('ul', {}, ...inside.map(line => h('li', {}, ...line)))
    : kind === 'numbers' ? h('ol', { start: first }, ...inside.map(line => h('li', {}, ...line)))
    : h(kind === 'quote' ? 'blockquote' : kind === 'code' ? 'pre' : 'div', {}, ...inside.flatMap((line, n) => n ? ['\n', ...line] : line))
  // Styles by property: no site's policy stops them, and the widget's sheet needs no words for what few chats have.
  Object.assign(node.style, { margin: apart ? '8px 0 0' : '0', whiteSpace: 'pre-wrap' }, kind === 'bullets' || kind === 'numbers' ? { paddingInlineStart: '22px' }
    : kind === 'quote' ? { borderInlineStart: '2px solid currentcolor', paddingInlineStart: '8px', opacity: '.85' } : kind === 'code' ? box : {})
  return node
}

const box = { font: '13px/1.45 ui-monospace, monospace', background: 'color-mix(in srgb, currentcolor 8%, transparent)', borderRadius: '5px', padding: '2px 5px' }

function piece({ text, marks, href }: Span): (Node | string)[] {
  const parts = href ? [link(href, text)] : marks.includes('code') ? [h('code', {}, text)] : autolink(text).map(part => typeof part === 'string' ? part : link(part.href, part.text))
  return parts.map(part => {
    let node: Node | string = part
    if (part instanceof HTMLElement && marks.includes('code')) Object.assign(part.style, box)
    if (marks.includes('italic')) node = h('em', {}, node)
    return marks.includes('bold') ? h('strong', {}, node) : node
  })
}

const link = (href: string, text: string) => h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, text)
