// The channel's notice, and what the visitor agreed to. Loaded only where a channel has a notice.

import type { Chat } from '../chat'
import { h, setText } from '../view/dom'
import css from './privacy.css?inline'
import { texts } from './texts'

interface Shown { items: { purpose: string, given: boolean }[], visitorToken?: string }

export function mount(panel: HTMLElement, composer: HTMLElement, chat: Chat): (lang: string) => void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  const root = panel.getRootNode() as ShadowRoot
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]

  let t = texts.en
  let managing = false
  let drawn = ''
  let given: Record<string, boolean> = {}
  const title = h('h3', {})
  const text = h('p', { class: 'text', tabIndex: 0 })
  const lead = h('p', {})
  const choices = h('div', {})
  const said = h('p', { class: 'said', role: 'status' })
  const go = h('button', { class: 'go', type: 'button', onclick: () => managing ? close() : answer() })
  const card = h('section', { class: 'privacy', hidden: true }, title, text, lead, choices, said, h('div', { class: 'acts' }, go))
  const manage = h('button', { class: 'manage', type: 'button', hidden: true, onclick: () => void open() })
  composer.before(card)
  composer.after(manage)

  function show(lang: string): void {
    const notice = chat.config?.notice
    t = texts[lang === 'en' ? 'en' : 'zh-CN']
    card.hidden = !notice || notice.answered && !managing
    manage.hidden = !notice?.answered || managing || Object.keys(notice.purposes).length === 0 && !notice.text
    setText(manage, t.manage)
    if (!notice || card.hidden) return
    const what = `${lang} ${notice.hash} ${managing} ${JSON.stringify(given)}`
    if (what === drawn) return
    drawn = what
    title.textContent = t.title
    text.textContent = notice.text
    text.lang = choices.lang = notice.locale
    text.ariaLabel = t.title
    const purposes = Object.entries(notice.purposes)
    lead.textContent = t.optional
    lead.hidden = purposes.length === 0
    choices.replaceChildren(...purposes.map(([purpose, sentence]) => {
      // Off until the visitor switches it on.
      const box = h('input', { type: 'checkbox', checked: !!given[purpose], onchange: () => void choose(purpose, box) })
      return h('label', {}, box, sentence)
    }))
    go.textContent = managing ? t.close : notice.mode === 'accept' ? t.accept : t.ok
  }

  function answer(): void {
    const notice = chat.config?.notice
    if (!notice) return
    chat.visitor.notice = { hash: notice.hash, accepted: notice.mode === 'accept', purposes: Object.keys(given).filter(purpose => given[purpose]) }
    chat.renew()
    composer.querySelector('textarea')?.focus({ preventScroll: true })
  }

  async function open(): Promise<void> {
    const answer = await chat.api.call<Shown>('consents')
    if (answer.ok) given = Object.fromEntries(answer.value.items.map(item => [item.purpose, item.given]))
    managing = true
    setText(said, answer.ok ? '' : t.failed)
    show(panel.lang)
    go.focus()
  }

  function close(): void {
    managing = false
    show(panel.lang)
    manage.focus()
  }

  async function choose(purpose: string, box: HTMLInputElement): Promise<void> {
    given[purpose] = box.checked
    if (!managing) return
    const answer = await chat.api.call<Shown>('consents', { purpose, given: box.checked })
    if (!answer.ok) given[purpose] = box.checked = !box.checked
    else if (answer.value.visitorToken) {
      chat.api.token = answer.value.visitorToken
      chat.visitor.keep()
    }
    drawn = ''
    setText(said, answer.ok ? t.saved : t.failed)
  }

  return show
}
