import { keymap } from '@milkdown/kit/prose/keymap'
import { closeHistory, history, redo, undo } from '@milkdown/kit/prose/history'
import { undoInputRule } from '@milkdown/kit/prose/inputrules'
import { DOMParser, Slice } from '@milkdown/kit/prose/model'
import type { Node } from '@milkdown/kit/prose/model'
import { EditorState, TextSelection } from '@milkdown/kit/prose/state'
import type { Command, Transaction } from '@milkdown/kit/prose/state'
import { chainCommands } from '@milkdown/kit/prose/commands'
import { EditorView } from '@milkdown/kit/prose/view'
import type { Mark } from '@/lib/formatted'
import type { Mode } from '../../drafts'
import { become, insertLines, keys, linkAt, newLine, setKind, setLink, toggle } from './acts'
import { docOf, linesOf, posOf, safeHref, schema, serializer, spotOf, textOf } from './document'
import type { Spot } from './document'
import { gapsOf, shownGaps } from './gaps'
import { plainLines, readLines, shownLine, wordsOf } from './lines'
import type { Line } from './lines'
import { hadLooks, linesFromPage, mostLetters, mostLines, tame } from './pasting'
import { typedSigns } from './rules'

/** Where something is written: what is written there belongs to it. */
export interface Place { id: string; mode: Mode }
export interface Content { place: Place; text: string; shows: readonly Mark[] }
export interface Listening {
  /** `typed`: by somebody, and not because the text shows now as it will be read. */
  written: (text: string, place: Place, typed: boolean) => void
  /** The caret moved: what stands before it in its line, and what it stands in. */
  moved: (before: string, inside: readonly string[]) => void
  key: (event: KeyboardEvent) => boolean
  paste: (event: ClipboardEvent) => void
  /** Something that was pasted lost its looks. */
  reduced: () => void
}

const mostKept = 12
const keyOf = ({ id, mode }: Place) => `${id}:${mode}`

/** The editor: one for all conversations, it gets another content. What a channel would not show cannot be made in it. */
export function openEditor(root: HTMLElement, first: Content, on: Listening) {
  let { place, text, shows } = first
  let pasted: Line[] | null = null
  let waiting: Content | null = null
  /** Undo goes on where it was when somebody comes back to a conversation. */
  const kept = new Map<string, { state: EditorState; text: string; shows: string }>()
  const reduce = (lines: Line[]) => lines.map(line => shownLine(line, shows))

  class PagesParser extends DOMParser {
    override parseSlice(dom: globalThis.Node) {
      const read = linesFromPage(dom as ParentNode & globalThis.Node, (dom as Element).querySelector?.('[data-kept]') !== null)
      pasted = reduce(read)
      return new Slice(docOf(pasted).content, 0, 0)
    }
  }
  const plugins = [
    typedSigns(() => shows), history(), shownGaps(() => place.mode === 'reply'),
    keymap({ 'Mod-z': undo, 'Shift-Mod-z': redo, 'Mod-y': redo, ...keys, 'Backspace': chainCommands(undoInputRule, keys['Backspace']!) }),
  ]
  const fresh = (now: Content) => EditorState.create({ doc: docOf(readLines(now.text, now.shows)), plugins })
  const view: EditorView = new EditorView(root, {
    state: fresh(first),
    dispatchTransaction(tr) {
      view.updateState(view.state.apply(tr))
      if (tr.docChanged && !tr.getMeta('given')) on.written(text = textOf(view.state.doc, shows), place, tr.getMeta('settled') === undefined)
      tell()
    },
    handleKeyDown: (_, event) => event.key !== 'Escape' && on.key(event),
    handleDOMEvents: {
      // Esc leads out of the editor, which would keep it to itself.
      keydown(_, event) {
        if (event.ctrlKey || event.metaKey) catchUp()
        return event.key === 'Escape' && (on.key(event) || true)
      },
      paste(_, event) {
        pasted = null
        on.paste(event)
        return event.defaultPrevented
      },
      drop: (_, event) => Boolean(event.dataTransfer?.files.length),
      blur() { settle() },
      compositionend() { setTimeout(() => { if (waiting && !view.isDestroyed && !view.composing) give(waiting) }, 50) },
      // The browser's own bold would show what the channel does not.
      beforeinput(_, event) {
        if (!event.inputType.startsWith('format')) return false
        event.preventDefault()
        return true
      },
    },
    clipboardSerializer: serializer,
    clipboardParser: new PagesParser(schema, DOMParser.fromSchema(schema).rules),
    clipboardTextSerializer: slice => {
      const lines = linesOf(schema.node('doc', null, slice.content))
      return lines.length === 1 ? wordsOf(lines[0]!) : plainLines(lines)
    },
    clipboardTextParser: words => {
      pasted = words.slice(0, mostLetters).split(/\r\n?|\n/, mostLines).map(line => ({ kind: 'paragraph', spans: line ? [{ text: line, marks: [] }] : [] }))
      return new Slice(docOf(pasted).content, 0, 0)
    },
    transformPastedHTML: tame,
    handlePaste(_, event) {
      const lines = pasted
      pasted = null
      if (!lines) return false
      const [only] = lines
      const href = lines.length === 1 && shows.includes('link') && !view.state.selection.empty ? safeHref(only!.spans.map(span => span.text).join('')) : null
      if (href && !/\s/.test(href)) return run(setLink(href))
      step(insertLines(view.state, lines).setMeta('paste', true).setMeta('uiEvent', 'paste'))
      if (hadLooks(event.clipboardData?.getData('text/html') ?? '')) on.reduced()
      return true
    },
  })
  /** What is done at once is taken back at once, and shows as it will be read: where the dialect cannot say a mark, there is none. */
  function step(tr: Transaction) {
    view.dispatch(closeHistory(tr))
    if (tr.docChanged) settle(tr)
  }
  function settle(after?: Transaction) {
    const { doc, selection, tr } = view.state
    const read = docOf(readLines(textOf(doc, shows), shows))
    if (view.composing || read.eq(doc)) return
    become(tr, read, spotOf(doc, selection.head), spotOf(doc, selection.anchor))
    view.dispatch((after ? tr.setMeta('appendedTransaction', after) : tr.setMeta('addToHistory', false)).setMeta('settled', true))
  }
  const run = (command: Command): boolean => command(view.state, step, view)
  /** The browser tells of a selection a moment later: whoever presses Ctrl+K right after Shift+Left means what is selected now. */
  function catchUp() {
    const now = document.getSelection()
    if (!now?.anchorNode || !now.focusNode || view.composing || !view.dom.contains(now.anchorNode) || !view.dom.contains(now.focusNode)) return
    const [anchor, head] = [view.posAtDOM(now.anchorNode, now.anchorOffset), view.posAtDOM(now.focusNode, now.focusOffset)]
    const { doc, selection } = view.state
    if (anchor !== selection.anchor || head !== selection.head) view.dispatch(view.state.tr.setSelection(TextSelection.between(doc.resolve(anchor), doc.resolve(head))))
  }
  function tell() {
    const { $from, empty } = view.state.selection
    const marks = view.state.storedMarks ?? (empty ? $from.marks() : $from.marksAcross(view.state.selection.$to) ?? [])
    const line = linesOf(view.state.doc)[spotOf(view.state.doc, $from.pos).line]
    const before = $from.parent.textBetween(0, $from.parentOffset)
    on.moved(before.slice(before.lastIndexOf('\n') + 1), [...marks.map(mark => mark.type.name), ...(line && line.kind !== 'paragraph' ? [line.kind] : [])])
  }

  /** Other words, of another conversation or from another tab. While a word is being composed it waits for it. */
  function give(next: Content) {
    const same = keyOf(place) === keyOf(next.place)
    if (same && next.text === text && next.shows.join() === shows.join()) return void (waiting = null)
    if (same && view.composing) return void (waiting = next)
    waiting = null
    if (same && next.shows.join() === shows.join()) {
      const [was, spot] = [view.hasFocus(), spotOf(view.state.doc, view.state.selection.head)]
      ;({ text } = next)
      view.dispatch(become(view.state.tr, docOf(readLines(text, shows)), was && text ? spot : { line: Infinity, column: 0 }).setMeta('given', true))
      return
    }
    // A word that is being composed is finished here, and does not follow.
    if (view.composing) {
      const had = view.hasFocus()
      view.dom.blur()
      if (had) view.focus()
    }
    kept.delete(keyOf(place))
    kept.set(keyOf(place), { state: view.state, text, shows: shows.join() })
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
    ;({ place, text, shows } = next)
    const had = kept.get(keyOf(place))
    const state = had?.text === text && had.shows === shows.join() ? had.state : fresh(next)
    view.updateState(had?.state === state ? state : state.apply(state.tr.setSelection(TextSelection.atEnd(state.doc))))
    tell()
  }

  return {
    view, give,
    name: (label: string, placeholder: string) => view.setProps({ attributes: state => ({ 'role': 'textbox', 'aria-multiline': 'true', 'aria-label': label, 'aria-placeholder': placeholder, 'data-placeholder': placeholder, 'class': isEmpty(state.doc) ? 'rich-field empty' : 'rich-field' }) }),
    focus: () => view.focus(),
    hasFocus: () => view.hasFocus(),
    /** Where the caret was in the field that stood here before. */
    select(from: Spot, to: Spot) {
      const { doc } = view.state
      view.dispatch(view.state.tr.setSelection(TextSelection.create(doc, posOf(doc, from), posOf(doc, to))))
    },
    insert(lines: Line[], back: number) {
      view.focus()
      const begin = view.state.selection.from - back
      step(insertLines(view.state, reduce(lines), back))
      return begin
    },
    /** The next place that is to be filled in, from the caret or from somewhere on. False: there is none. */
    toGap(step: 1 | -1, begin?: number) {
      const { from, to } = view.state.selection
      const gaps = gapsOf(view.state.doc)
      const gap = begin !== undefined ? gaps.find(one => one.from >= begin) : step > 0 ? gaps.find(one => one.from >= to) : gaps.findLast(one => one.to <= from)
      if (!gap) return false
      view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, gap.from, gap.to)).scrollIntoView())
      return true
    },
    newLine: () => newLine(view.state, view.dispatch),
    link: () => ({ href: linkAt(view.state)?.href ?? null, some: !view.state.selection.empty }),
    setLink: (href: string | null) => { run(setLink(href)); view.focus() },
    put(name: string) {
      view.focus()
      if (name === 'bold' || name === 'italic' || name === 'code') return void run(toggle(name))
      run(setKind(name as Line['kind']))
    },
    close: () => view.destroy(),
  }
}
export type Editor = ReturnType<typeof openEditor>

const isEmpty = (doc: Node) => doc.content.size === 2 && doc.firstChild!.type.name === 'paragraph'
