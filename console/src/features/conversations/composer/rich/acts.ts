import { chainCommands, deleteSelection, joinBackward, joinForward, selectAll, selectNodeBackward, selectNodeForward, splitBlockKeepMarks, toggleMark } from '@milkdown/kit/prose/commands'
import type { Node, ResolvedPos } from '@milkdown/kit/prose/model'
import { TextSelection } from '@milkdown/kit/prose/state'
import type { Command, EditorState, Transaction } from '@milkdown/kit/prose/state'
import type { Span } from '@/lib/formatted'
import { docOf, linesOf, posOf, schema, spotOf } from './document'
import type { Spot } from './document'
import type { Line } from './lines'
import { wordsOf } from './lines'

/** The document becomes another one where it differs: what did not change keeps its place, its caret and its history. */
export function become(tr: Transaction, next: Node, head?: Spot, anchor?: Spot): Transaction {
  const start = tr.doc.content.findDiffStart(next.content)
  const end = tr.doc.content.findDiffEnd(next.content)
  if (start !== null && end) {
    const overlap = Math.max(0, start - Math.min(end.a, end.b))
    tr.replace(start, end.a + overlap, next.slice(start, end.b + overlap))
    // Closing brackets of a list are alike everywhere: where the step could not say it, all is said.
    if (!tr.doc.eq(next)) tr.replaceWith(0, tr.doc.content.size, next.content)
  }
  if (head) tr.setSelection(TextSelection.create(tr.doc, posOf(tr.doc, anchor ?? head), posOf(tr.doc, head)))
  return tr
}

const selected = (state: EditorState) => ({ from: spotOf(state.doc, state.selection.from), to: spotOf(state.doc, state.selection.to) })

/** Makes the selected lines of this kind; when all of them are, they become plain lines again. */
export const setKind = (kind: Line['kind']): Command => (state, dispatch) => {
  const { from, to } = selected(state)
  const lines = linesOf(state.doc)
  const plain = lines.slice(from.line, to.line + 1).every(line => line.kind === kind)
  const next = lines.map((line, n): Line => {
    if (n < from.line || n > to.line) return { ...line, ...(n === to.line + 1 && line.kind === 'code' ? { opens: true } : {}) }
    if (plain) return { kind: 'paragraph', spans: line.spans }
    return { kind, spans: kind === 'code' ? line.spans.map(({ text }) => ({ text, marks: [] })) : line.spans }
  })
  dispatch?.(become(state.tr, docOf(counted(next)), to, from).scrollIntoView())
  return true
}

/** Numbers that follow each other count on. */
const counted = (lines: readonly Line[]) => lines.reduce<Line[]>((all, line) => {
  const before = all.at(-1)
  all.push(line.kind === 'numbers' ? { ...line, number: before?.kind === 'numbers' ? before.number! + 1 : (line.number ?? 1) } : line)
  return all
}, [])

const lineAt = ({ parent, depth }: ResolvedPos): Line['kind'] => (parent.type.name === 'fence' ? 'code' : parent.type.name === 'item' || depth > 1 ? 'bullets' : 'paragraph')

/** A new line: it goes on in a list, ends an empty item, and leaves code after an empty line. */
export const newLine: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  const kind = lineAt($from)
  if (kind === 'code') {
    const atEnd = empty && $from.parentOffset === $from.parent.content.size
    if (!atEnd || !/\n$/.test($from.parent.textContent)) {
      dispatch?.(state.tr.insertText('\n').scrollIntoView())
      return true
    }
    const after = $from.after()
    const tr = state.tr.insert(after, schema.node('paragraph')).delete($from.pos - 1, $from.pos)
    dispatch?.(tr.setSelection(TextSelection.create(tr.doc, after)).scrollIntoView())
    return true
  }
  if (empty && kind !== 'paragraph' && !$from.parent.content.size) return setKind(linesOf(state.doc)[spotOf(state.doc, $from.pos).line]!.kind)(state, dispatch)
  return splitBlockKeepMarks(state, dispatch)
}

/** Backspace where a line begins takes its kind away first. */
const plainAtStart: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  if (!empty || lineAt($from) === 'paragraph') return false
  const spot = spotOf(state.doc, $from.pos)
  return spot.column === 0 && setKind(linesOf(state.doc)[spot.line]!.kind)(state, dispatch)
}
const afterCode: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  if (!empty || $from.parent.type.name !== 'fence' || $from.after() !== state.doc.content.size || /\n/.test($from.parent.textContent.slice($from.parentOffset))) return false
  const tr = state.tr.insert(state.doc.content.size, schema.node('paragraph'))
  dispatch?.(tr.setSelection(TextSelection.atEnd(tr.doc)).scrollIntoView())
  return true
}

export const keys: Record<string, Command> = {
  'Enter': newLine, 'Shift-Enter': newLine,
  'Backspace': chainCommands(deleteSelection, plainAtStart, joinBackward, selectNodeBackward),
  'Delete': chainCommands(deleteSelection, joinForward, selectNodeForward), 'Mod-Delete': chainCommands(deleteSelection, joinForward, selectNodeForward),
  'Mod-a': selectAll, 'ArrowDown': afterCode,
}

export type MarkName = 'bold' | 'italic' | 'code'
/** Code over several lines is a block of it. */
export const toggle = (mark: MarkName): Command => (state, dispatch) => {
  const { from, to } = selected(state)
  if (mark === 'code' && (from.line !== to.line || state.selection.$from.parent.type.name === 'fence')) return setKind('code')(state, dispatch)
  return toggleMark(schema.marks[mark])(state, dispatch)
}

/** The link where the caret stands, from its first letter to its last. */
export function linkAt(state: EditorState): { from: number; to: number; href: string } | null {
  const { $from, from, to, empty } = state.selection
  let found: { from: number; to: number; href: string } | null = null
  const first = $from.parent.childBefore($from.parentOffset).node ?? $from.parent.childAfter($from.parentOffset).node
  const mark = (empty ? [first, $from.parent.childAfter($from.parentOffset).node] : [$from.parent.childAfter($from.parentOffset).node]).flatMap(node => node?.marks.filter(one => one.type.name === 'link') ?? [])[0]
  if (!mark) return null
  $from.parent.forEach((node, offset) => {
    const begin = $from.start() + offset
    if (!mark.isInSet(node.marks) || begin > to || begin + node.nodeSize < from) return
    found = found && found.to === begin ? { ...found, to: begin + node.nodeSize } : { from: begin, to: begin + node.nodeSize, href: String(mark.attrs['href']) }
  })
  return found
}
/** Makes what is selected lead somewhere; nothing selected: the address itself is the words. `null` takes the link away. */
export const setLink = (href: string | null): Command => (state, dispatch) => {
  const { from, to, empty } = linkAt(state) ? { ...linkAt(state)!, empty: false } : state.selection
  const tr = state.tr
  if (empty && href) tr.insertText(href.replace(/^(?:mailto:|tel:)/, ''), from)
  const end = empty ? tr.selection.to : to
  tr.removeMark(from, end, schema.marks['link'])
  if (href) tr.addMark(from, end, schema.mark('link', { href }))
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, end)).removeStoredMark(schema.marks['link']!).scrollIntoView())
  return true
}

/** Puts lines where the selection is, or instead of some letters before it: the first goes on in the line that is there, and so does what stood behind. */
export function insertLines(state: EditorState, lines: readonly Line[], back = 0): Transaction {
  const { from: begin, to } = selected(state)
  const from = { ...begin, column: Math.max(0, begin.column - back) }
  const all = linesOf(state.doc)
  const [first, last] = [all[from.line]!, all[to.line]!]
  const [head, tail] = [cut(first.spans, 0, from.column), cut(last.spans, to.column)]
  const takes = (line: Line): Line => (line.kind === 'paragraph' && first.kind !== 'paragraph' && line.spans.length ? { ...line, kind: first.kind } : line)
  const put = lines.map(takes).map(line => (line.kind === 'code' ? { ...line, spans: line.spans.map(({ text }) => ({ text, marks: [] })) } : line))
  const joins = put[0]!.kind === first.kind || wordsOf(put[0]!) === '' || lines.length === 1 || lines[0]!.kind === 'paragraph'
  const kept = joins && head.length > 0 ? first : { ...put[0]!, ...(first.kind === put[0]!.kind ? first : {}) }
  const middle: Line[] = joins || !head.length ? [{ ...kept, spans: [...head, ...put[0]!.spans] }, ...put.slice(1)] : [{ ...first, spans: head }, ...put]
  const end = middle.at(-1)!
  const column = wordsOf(end).length
  middle[middle.length - 1] = { ...end, spans: [...end.spans, ...tail] }
  return become(state.tr, docOf(counted([...all.slice(0, from.line), ...middle, ...all.slice(to.line + 1)])), { line: from.line + middle.length - 1, column }).scrollIntoView()
}

/** A part of a line's letters. */
function cut(spans: readonly Span[], from: number, to = Infinity): Span[] {
  let at = 0
  return spans.flatMap(span => {
    const text = span.text.slice(Math.max(0, from - at), Math.max(0, to - at))
    at += span.text.length
    return text ? [{ ...span, text }] : []
  })
}
