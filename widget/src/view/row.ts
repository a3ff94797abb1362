import type { Messages } from '../i18n'
import { autolink } from './autolink'
import { h, setText } from './dom'
import type { MessageRow, Row } from './timeline'

export interface RowActions {
  retry(clientId: string): void
  edit(clientId: string): void
  remove(clientId: string): void
  /** Shows the files of a message in a box that is empty. */
  files(box: HTMLElement, files: NonNullable<MessageRow['files']>): void
}

/** A drawn row: its element stays while the row lives, so that a live region announces a message once. */
export interface Drawn {
  node: HTMLElement
  draw(row: Row): void
}

export function drawRow(row: Row, t: Messages, actions: RowActions): Drawn {
  return row.kind === 'message' ? drawMessage(row, t, actions) : drawLine(row.kind)
}

function drawLine(kind: 'day' | 'note'): Drawn {
  const text = h('span', {})
  return { node: h('div', { class: kind }, text), draw: row => { if (row.kind !== 'message') setText(text, row.text) } }
}

function drawMessage(first: MessageRow, t: Messages, actions: RowActions): Drawn {
  const name = h('p', { class: first.mine ? 'quiet' : 'name' })
  const bubble = h('div', { class: 'bubble' }, ...linked(first.text))
  if (first.files?.length) {
    const box = h('div', { class: 'files' })
    bubble.prepend(box)
    actions.files(box, first.files)
  }
  // Times and states change later; hearing each of them would drown the messages.
  const meta = h('div', { class: 'meta', ariaLive: 'off' })
  const node = h('div', {}, name, bubble, meta)
  let drawn = ''
  let shown = first.text
  return {
    node,
    draw(row) {
      if (row.kind !== 'message') return
      const { mine, first, last, pending, failed, time, state } = row
      node.className = ['said', mine && 'mine', first && 'first', last && 'last', failed && 'failed', pending && 'pending'].filter(Boolean).join(' ')
      setText(name, row.name)
      if (shown !== row.text) bubble.replaceChildren(...linked(shown = row.text))
      const signature = JSON.stringify([time, state, failed])
      if (signature === drawn) return
      drawn = signature
      const said = failed ? failed.reason : [time, state].filter(Boolean).join(' · ')
      meta.replaceChildren(...said ? [h('span', {}, said)] : [], ...failed ? buttons(failed, t, actions) : [])
    },
  }
}

function buttons({ clientId, final }: { clientId: string, final: boolean }, t: Messages, actions: RowActions): HTMLElement[] {
  const button = (label: string, act: (clientId: string) => void) => h('button', { type: 'button', onclick: () => act(clientId) }, label)
  return [final ? button(t.edit, actions.edit) : button(t.retry, actions.retry), button(t.remove, actions.remove)]
}

function linked(text: string): (Node | string)[] {
  return autolink(text).map(part => typeof part === 'string' ? part
    : h('a', { href: part.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, part.text))
}
