// Files of messages: pictures, players and things to save. Links are asked for when something is shown.

import type { Api } from '../api'
import type { Attachment } from '../protocol/types'
import { h } from '../view/dom'
import { showBot } from './bot'
import { showCard } from './card'
import type { Texts } from './texts'

/** The build makes `import` of it, and puts the chunk's address. */
declare const __import: (address: string) => Promise<typeof import('../formatted/formatted') | null>
declare const __FORMATTED__: string

interface Link { id: string, state: string, url?: string, thumbUrl?: string, expiresAt?: string }

const lookAgain = 4_000

export class Shower {
  private readonly wanted = new Map<string, ((link: Link) => void)[]>()
  private asking = false

  constructor(private readonly api: Api, private readonly t: () => Texts, private readonly locale: () => string, private readonly grew: () => void, private readonly enlarge: (file: Attachment, url: string) => void, private readonly say: (text: string) => void) {}

  show(box: HTMLElement, files: readonly Attachment[]): void {
    box.classList.toggle('many', files.filter(file => file.kind === 'image').length > 1)
    for (const file of files) {
      if (file.bot) {
        showBot(box, file.bot, this.api, this.t(), this.say)
        continue
      }
      if (file.card) {
        showCard(box, file.card, this.locale())
        continue
      }
      if (file.markdown !== undefined) {
        void this.formatted(box, file.markdown)
        continue
      }
      const place = h('div', { class: file.kind === 'image' ? 'picture' : 'file' })
      // The place has its shape before the picture is here, so that nothing jumps.
      if (file.kind === 'image' && file.width && file.height) {
        place.style.aspectRatio = `${file.width} / ${file.height}`
        place.style.width = `${Math.max(64, Math.min(file.width, 230, 230 * file.width / file.height))}px`
      }
      place.append(file.name)
      box.append(place)
      this.link(file.id, link => this.fill(place, file, link))
    }
    this.grew()
  }

  /** Marks in place of the plain words, as soon as what draws them is here. */
  private async formatted(box: HTMLElement, markdown: string): Promise<void> {
    const part = await __import(`./${__FORMATTED__}`).catch(() => null)
    if (!part || !box.parentElement) return
    part.showFormatted(box, markdown)
    this.grew()
  }

  private fill(place: HTMLElement, file: Attachment, link: Link): void {
    const t = this.t()
    if (link.state === 'scanning') {
      setTimeout(() => this.link(file.id, next => this.fill(place, file, next)), lookAgain)
      place.replaceChildren(card(file, t.scanning))
    } else if (!link.url) place.replaceChildren(card(file, link.state === 'infected' ? t.infected : t.gone))
    else if (file.kind === 'image') this.picture(place, file, link)
    else place.replaceChildren(...this.player(file, link), this.saved(file, link))
    place.classList.toggle('file', file.kind !== 'image' || !link.url)
    this.grew()
  }

  private picture(place: HTMLElement, file: Attachment, link: Link): void {
    const url = this.api.base + (link.thumbUrl ?? link.url ?? '')
    let tried = false
    const image = h('img', {
      src: url, alt: file.name, onload: () => this.grew(),
      onerror: () => {
        // The link has ended: one more try with another.
        if (!tried) this.link(file.id, next => { if (next.url) image.src = this.api.base + (next.thumbUrl ?? next.url) })
        tried = true
      },
    })
    const open = () => this.link(file.id, next => { if (next.url) this.enlarge(file, this.api.base + next.url) })
    place.replaceChildren(h('button', { type: 'button', onclick: open, ariaLabel: `${this.t().open}: ${file.name}` }, image))
  }

  private player(file: Attachment, link: Link): HTMLElement[] {
    if (file.kind !== 'audio' && file.kind !== 'video') return []
    return [h(file.kind, { controls: true, preload: 'metadata', src: this.api.base + link.url, ariaLabel: file.name, onloadedmetadata: () => this.grew() })]
  }

  /** Saved by a fresh link: what is on the screen may be an hour old. */
  private saved(file: Attachment, link: Link): HTMLElement {
    const anchor = h('a', { href: `${this.api.base}${link.url}?save=1`, target: '_blank', rel: 'noopener', download: file.name }, ...parts(file, sizeText(file.size)))
    const old = link.expiresAt ? Date.parse(link.expiresAt) : 0
    anchor.onclick = event => {
      if (Date.now() < old - 5_000) return
      event.preventDefault()
      this.link(file.id, next => { if (next.url) location.assign(`${this.api.base}${next.url}?save=1`) })
    }
    return anchor
  }

  private link(id: string, use: (link: Link) => void): void {
    this.wanted.set(id, [...this.wanted.get(id) ?? [], use])
    if (this.asking) return
    this.asking = true
    setTimeout(() => void this.ask(), 20)
  }

  private async ask(): Promise<void> {
    this.asking = false
    const wanted = new Map(this.wanted)
    this.wanted.clear()
    const ids = [...wanted.keys()]
    try {
      const answer = await fetch(`${this.api.base}/widget/v1/files/links`, {
        method: 'POST', credentials: 'omit', cache: 'no-store', body: JSON.stringify({ ids }),
        headers: { authorization: `Bearer ${this.api.token}`, 'accept-language': this.locale(), 'content-type': 'application/json' },
      })
      if (!answer.ok) throw answer
      const { items } = await answer.json() as { items: Link[] }
      for (const [id, uses] of wanted) for (const use of uses) use(items.find(link => link.id === id) ?? { id, state: 'gone' })
    } catch {
      setTimeout(() => { for (const [id, uses] of wanted) for (const use of uses) this.link(id, use) }, lookAgain)
    }
  }
}

function card(file: Attachment, text: string): HTMLElement {
  return h('div', { class: 'card' }, ...parts(file, text))
}

function parts(file: Attachment, text: string): HTMLElement[] {
  const dot = file.name.lastIndexOf('.')
  const kind = dot > 0 ? file.name.slice(dot + 1, dot + 5).toUpperCase() : ''
  return [h('span', { class: 'kind', ariaHidden: 'true' }, kind), h('span', { class: 'about' }, h('bdi', {}, file.name), h('small', {}, text))]
}

export function sizeText(bytes: number): string {
  const step = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2
  const value = bytes / 1024 ** step
  return `${value < 10 && step ? value.toFixed(1) : Math.round(value)} ${['B', 'KB', 'MB'][step]}`
}
