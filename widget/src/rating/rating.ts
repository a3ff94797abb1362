// "How did we do?": a card in the log where the conversation was resolved, with the transcript. Loaded when it is asked.

import type { Chat } from '../chat'
import { h, setText } from '../view/dom'
import css from './rating.css?inline'
import { mayChange, ratingOf, type Given } from './state'
import { en, zhCN } from './texts'
import { saveTranscript } from './transcript'

const mostComment = 1000

/** Draws the card into the last place that the log keeps for one. */
export function mount(panel: HTMLElement, chat: Chat, grew: () => void): (lang: string) => void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  const root = panel.getRootNode() as ShadowRoot
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]

  let t = zhCN
  let asked = ''
  let score = 0
  let changing = false
  let sending = false
  let ended = false
  let trouble: 'failed' | 'ended' | 'noFile' | null = null
  /** Sent and accepted; the log will say so too, but a line that is down must not leave the visitor in doubt. */
  let sent: Given | null = null

  const boxes = [1, 2, 3, 4, 5].map(value => h('input', { type: 'radio', name: 'score', value: String(value), onchange: () => pick(value) }))
  const stars = boxes.map(box => h('label', {}, box, star()))
  const legend = h('legend', {})
  const word = h('p', { class: 'word', ariaHidden: 'true' })
  const field = h('textarea', { rows: 2, maxLength: mostComment })
  const send = h('button', { class: 'go', type: 'button', onclick: () => void submit() })
  const cancel = h('button', { class: 'link', type: 'button', onclick: () => { changing = false; show(); change.focus() } })
  const form = h('div', {}, h('fieldset', {}, legend, h('div', { class: 'stars' }, ...stars)), word, field, h('div', { class: 'acts' }, cancel, send))
  const thanks = h('p', { class: 'thanks' })
  const total = h('p', { class: 'stars', role: 'img' }, ...boxes.map(star))
  const words = h('p', { class: 'words' })
  const change = h('button', { class: 'link', type: 'button', onclick: () => edit() })
  const done = h('div', {}, thanks, total, words, change)
  const said = h('p', { class: 'error', role: 'alert' })
  const keep = h('button', { class: 'link', type: 'button', onclick: () => void download() })
  const card = h('section', { class: 'rate' }, form, done, said, keep)

  const now = () => ratingOf(chat.history.log.items)
  const given = () => sent ?? now()?.given ?? null

  function show(): void {
    const rating = now()
    const stands = given()
    const open = !stands || changing
    form.hidden = !open
    done.hidden = open
    cancel.hidden = !changing
    field.hidden = send.hidden = word.hidden = score === 0
    change.hidden = ended || !rating || !mayChange(rating, Date.now())
    boxes.forEach((box, i) => {
      box.checked = i + 1 === score
      box.ariaLabel = `${t.star(i + 1)}, ${t.scores[i]}`
      box.disabled = sending
    })
    light(stars, score)
    light([...total.children], stands?.score ?? 0)
    setText(legend, t.ask)
    card.ariaLabel = t.ask
    setText(word, t.scores[score - 1] ?? '')
    field.placeholder = field.ariaLabel = t.comment
    field.readOnly = send.disabled = sending
    setText(send, sending ? t.sending : t.send)
    setText(cancel, t.cancel)
    setText(thanks, t.thanks)
    setText(words, stands?.comment ?? '')
    setText(change, t.change)
    setText(keep, t.transcript)
    setText(said, trouble ? t[trouble] : '')
    if (stands) total.ariaLabel = t.given(stands.score)
  }

  function pick(value: number): void {
    const first = score === 0
    score = value
    show()
    if (first) grew()
  }

  function edit(): void {
    const stands = given()
    changing = true
    score = stands?.score ?? 0
    field.value = stands?.comment ?? ''
    trouble = null
    show()
    boxes[score - 1]?.focus()
    grew()
  }

  async function submit(): Promise<void> {
    const answering = asked
    const next = { score, comment: field.value.trim() }
    trouble = null
    sending = true
    show()
    const tell = () => chat.api.call('events', { type: 'rating', ...next })
    let answer = await tell()
    // The token ran out while the page was open: with another one it goes.
    if (!answer.ok && answer.status === 401 && (await chat.visitor.signIn()).ok) answer = await tell()
    sending = false
    // Asked anew meanwhile: that answer is on the server, and the card is about something else now.
    if (answering !== asked) return show()
    if (answer.ok) sent = next
    else ended ||= answer.code === 'rating_closed'
    changing &&= !answer.ok && !ended
    trouble = answer.ok ? null : ended ? 'ended' : 'failed'
    show()
    back(answer.ok ? change : ended ? keep : send)
    grew()
  }

  async function download(): Promise<void> {
    keep.disabled = true
    const saved = await saveTranscript(chat, panel.lang, t.file)
    keep.disabled = false
    trouble = saved ? null : 'noFile'
    show()
    back(keep)
    grew()
  }

  /** A button that was disabled or is gone has lost the focus; somebody who went elsewhere meanwhile stays there. */
  function back(to: HTMLElement): void {
    if (!root.activeElement) to.focus({ preventScroll: true })
  }

  return lang => {
    t = lang === 'en' ? en : zhCN
    const rating = now()
    if (!rating) return card.remove()
    if (rating.asked !== asked) {
      asked = rating.asked
      score = 0
      changing = ended = false
      sent = null
      field.value = ''
      trouble = null
    }
    // The log has caught up, perhaps with what another tab said later.
    if (sent && rating.given?.score === sent.score && rating.given.comment === sent.comment) sent = null
    show()
    const place = [...panel.querySelectorAll('.rating')].at(-1)
    if (!place || card.parentNode === place) return
    place.append(card)
    grew()
  }
}

function light(stars: Element[], score: number): void {
  stars.forEach((one, i) => one.classList.toggle('lit', i < score))
}

function star(): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svg.namespaceURI, 'path')
  path.setAttribute('d', 'M12 3.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z')
  svg.append(path)
  return svg
}
