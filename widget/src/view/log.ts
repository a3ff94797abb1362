// The message log: rows by key, the scroll position, and what happens at its two ends.

import type { Messages } from '../i18n'
import { h, icon, setText } from './dom'
import { drawRow, type Drawn, type RowActions } from './row'
import type { Row } from './timeline'

export interface LogState {
  rows: Row[]
  older: 'idle' | 'loading' | 'failed'
  typing: string | null
  /** Received and not yet looked at. */
  unread: number
}

export class LogView {
  readonly node: HTMLElement
  private readonly log: HTMLElement
  private readonly rows = h('div', { class: 'rows' })
  private readonly older = h('div', { class: 'older', hidden: true })
  private readonly olderFailed: HTMLButtonElement
  private readonly typing = h('div', { class: 'typing', hidden: true }, h('span', { class: 'dots', ariaHidden: 'true' }, h('i', {}), h('i', {}), h('i', {})))
  private readonly typingText = h('span', {})
  private readonly pill: HTMLButtonElement
  private readonly pillText = h('span', {})
  private readonly drawn = new Map<string, Drawn>()
  private t: Messages | null = null
  /** The visitor is at the newest message and wants to stay there. */
  private pinned = true
  private firstKey = ''

  constructor(private readonly actions: RowActions & { older(): void, seen(): void }) {
    this.olderFailed = h('button', { class: 'older', type: 'button', hidden: true, onclick: () => actions.older() })
    this.typing.append(this.typingText)
    this.log = h('div', { class: 'log', role: 'log', ariaLive: 'polite', tabIndex: 0, onscroll: () => this.scrolled() },
      this.older, this.olderFailed, this.rows, this.typing)
    this.pill = h('button', { class: 'pill', type: 'button', hidden: true, onclick: () => this.toBottom(true) }, icon('down'), this.pillText)
    this.node = h('div', { class: 'middle' }, this.log, this.pill)
  }

  draw({ rows, older, typing, unread }: LogState, t: Messages): void {
    const relabel = t !== this.t
    if (relabel) this.relabel(t)
    const firstKey = rows.find(row => row.kind === 'message')?.key ?? ''
    // History is not news: a whole page of it, or a change of language, is not read out.
    const quiet = relabel || this.drawn.size === 0 || firstKey !== this.firstKey
    this.log.ariaLive = quiet ? 'off' : 'polite'
    const { scrollHeight, scrollTop } = this.log
    const grewAbove = this.firstKey !== '' && firstKey !== this.firstKey
    this.firstKey = firstKey

    this.older.hidden = older !== 'loading'
    this.olderFailed.hidden = older !== 'failed'
    this.reconcile(rows, t)
    this.typing.hidden = typing === null
    setText(this.typingText, typing === null ? '' : t.typing(typing))

    if (this.pinned) this.toBottom()
    else if (grewAbove) this.log.scrollTop = scrollTop + this.log.scrollHeight - scrollHeight
    this.pill.hidden = this.pinned
    setText(this.pillText, unread > 0 ? t.newMessages(unread) : t.toLatest)
    if (this.pinned) this.actions.seen()
  }

  toBottom(smooth = false): void {
    this.pinned = true
    this.pill.hidden = true
    const calm = !smooth || matchMedia('(prefers-reduced-motion: reduce)').matches
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: calm ? 'instant' : 'smooth' })
    if (smooth) this.log.focus({ preventScroll: true })
  }

  /** The panel changed its size: stay where the visitor was. */
  resized(): void {
    if (this.pinned) this.toBottom()
  }

  private scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.log
    // A hidden panel has no height and says nothing about what the visitor wants.
    if (clientHeight === 0) return
    const atEnd = scrollHeight - scrollTop - clientHeight < 40
    if (atEnd !== this.pinned) {
      this.pinned = atEnd
      this.pill.hidden = atEnd
      if (atEnd) this.actions.seen()
    }
    if (scrollTop < 120) this.actions.older()
  }

  private relabel(t: Messages): void {
    this.t = t
    this.log.ariaLabel = t.messages
    setText(this.older, t.older)
    setText(this.olderFailed, t.olderFailed)
    this.drawn.clear()
    this.rows.replaceChildren()
  }

  private reconcile(rows: Row[], t: Messages): void {
    const keys = new Set(rows.map(row => row.key))
    for (const [key, { node }] of this.drawn)
      if (!keys.has(key)) {
        node.remove()
        this.drawn.delete(key)
      }
    let next = this.rows.firstElementChild
    for (const row of rows) {
      const drawn = this.drawn.get(row.key) ?? drawRow(row, t, this.actions)
      this.drawn.set(row.key, drawn)
      drawn.draw(row)
      if (drawn.node === next) next = next.nextElementSibling
      else this.rows.insertBefore(drawn.node, next)
    }
  }
}
