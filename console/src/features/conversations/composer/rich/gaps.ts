import type { Node } from '@milkdown/kit/prose/model'
import { Plugin } from '@milkdown/kit/prose/state'
import { Decoration, DecorationSet } from '@milkdown/kit/prose/view'
import { gapsIn } from '@/features/replies'

export interface Gap { from: number; to: number; name: string }

/** Places of a canned reply that nobody has filled in, in the order they are read. */
export function gapsOf(doc: Node): Gap[] {
  const gaps: Gap[] = []
  doc.descendants((node, at) => {
    if (!node.isTextblock) return true
    gaps.push(...gapsIn(node.textContent).map(gap => ({ ...gap, from: at + 1 + gap.from, to: at + 1 + gap.to })))
    return false
  })
  return gaps
}

/** They stand out. Looked for again only when the text has changed. */
export const shownGaps = (on: () => boolean) => new Plugin<DecorationSet>({
  state: {
    init: (_, { doc }) => marksOf(doc),
    apply: (tr, had) => (tr.docChanged ? marksOf(tr.doc) : had),
  },
  props: { decorations(state) { return on() ? this.getState(state) : null } },
})
const marksOf = (doc: Node) => DecorationSet.create(doc, gapsOf(doc).map(({ from, to }) => Decoration.inline(from, to, { class: 'gap' })))
