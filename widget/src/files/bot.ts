// What a bot adds to what it says: that it is one, where it has it from, what can be chosen, and whether it helped.

import type { Api } from '../api'
import type { BotHello, BotPart } from '../protocol/types'
import { h } from '../view/dom'
import type { Texts } from './texts'

const answers = ['answer', 'facts']
/** A choice counts once, and only while it is the newest. */
let offered: HTMLElement | null = null

export function showBot(box: HTMLElement, said: BotPart | BotHello, api: Api, t: Texts, say: (text: string) => void): void {
  const bot = 'menu' in said ? { seq: 0, kind: '', citations: [], buttons: said.menu.map(text => ({ text })) } : said
  const part = h('div', { class: 'bot' })
  part.append(h('small', {}, `${t.bot}${bot.citations.length ? ` · ${t.source}` : ''}`))
  for (const { title, link: at } of bot.citations) {
    const link = at?.[0] === '/' ? api.base + at : at // a page of the server's own help centre
    part.append(safe(link) ? h('a', { href: link!, target: '_blank', rel: 'noopener noreferrer nofollow' }, h('bdi', {}, title)) : h('bdi', {}, title))
  }
  offered?.remove()
  offered = null
  if (bot.buttons.length) {
    const choices = h('div', { class: 'choices' }, ...bot.buttons.map(({ text }) => h('button', { type: 'button', onclick: () => {
      choices.remove()
      say(text)
    } }, text)))
    offered = choices
    part.append(choices)
  }
  if (answers.includes(bot.kind)) part.append(thumbs(bot, api, t))
  // The box stands above the words; this belongs below them.
  const bubble = box.parentElement
  box.remove()
  queueMicrotask(() => bubble?.append(part))
}

function thumbs(bot: { seq: number }, api: Api, t: Texts): HTMLElement {
  const place = h('div', { class: 'thumbs' })
  let sent: Promise<unknown> = Promise.resolve()
  const thanks = () => {
    const said = h('small', { role: 'status', tabIndex: -1 }, t.thanks)
    place.replaceChildren(said)
    for (const name of ['role', 'aria-label']) place.removeAttribute(name)
    said.focus() // the button that had it is gone
  }
  // The thumb counts at once; why it was of no use may be said afterwards.
  const rate = (helpful: boolean, reason?: string) => {
    if (helpful || reason) thanks()
    else {
      place.setAttribute('role', 'group')
      place.setAttribute('aria-label', t.why)
      place.replaceChildren(h('small', {}, t.why), ...Object.entries(t.reasons).map(([code, text]) => h('button', { type: 'button', onclick: () => rate(false, code) }, text)))
      place.querySelector('button')!.focus()
    }
    // One after the other: overtaken by the thumb, the reason would be lost.
    sent = sent.then(() => fetch(`${api.base}/widget/v1/events`, {
      method: 'POST', credentials: 'omit', body: JSON.stringify({ type: 'bot_rating', seq: bot.seq, helpful, reason }),
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
    })).catch(() => {})
  }
  place.append(h('button', { type: 'button', onclick: () => rate(true) }, `👍 ${t.helpful}`), h('button', { type: 'button', onclick: () => rate(false) }, `👎 ${t.unhelpful}`))
  return place
}

function safe(address: string | undefined): boolean {
  return /^https?:\/\//.test(address ?? '')
}
