// Sending and showing files. Loaded when the chat is opened.

import type { Chat } from '../chat'
import type { Attachment } from '../protocol/types'
import type { Composer } from '../view/composer'
import { h, setText } from '../view/dom'
import css from './files.css?inline'
import { Looking } from './looking'
import { Shower, sizeText } from './show'
import { en, zhCN } from './texts'
import { upload, type Step } from './upload'

export interface Files {
  /** In this language. */
  draw(lang: string): void
  show(box: HTMLElement, files: readonly Attachment[]): void
  /** What waited was sent. */
  sent(): void
}

interface Waiting { file: File, node: HTMLElement, abort: AbortController, done?: Attachment, failed?: boolean }

const most = 10

export function mount(panel: HTMLElement, chat: Chat, grew: () => void, composer: Composer): Files {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  const root = panel.getRootNode() as ShadowRoot
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]

  let lang = 'zh-CN'
  const t = () => lang === 'en' ? en : zhCN
  let waiting: Waiting[] = []

  const input = h('input', { type: 'file', multiple: true, tabIndex: -1, hidden: true, onchange: () => { add([...input.files ?? []]); input.value = '' } })
  const clip = h('button', { class: 'plain clip', type: 'button', onclick: () => input.click() }, drawn('M20 11.5l-8.2 8.2a5.2 5.2 0 0 1-7.4-7.4l8.4-8.4a3.5 3.5 0 0 1 5 5l-8.4 8.3a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6'))
  const tray = h('ul', { class: 'tray', hidden: true })
  const said = h('p', { class: 'quiet', role: 'status' })
  const over = h('p', { class: 'over', hidden: true })
  const box = composer.input.parentElement
  box?.prepend(clip)
  box?.before(tray)
  composer.node.append(input, said)
  panel.append(over)

  const looking = new Looking(chat.api, () => Boolean(chat.config?.pages && chat.history.log.conversation))
  document.addEventListener('visibilitychange', () => looking.look())
  const shower = new Shower(chat.api, t, () => lang, grew, enlarge, text => chat.send(text))

  /** The composer sends what is there, and nothing while something is on its way. */
  function settle(): void {
    composer.files = waiting.every(one => one.done) ? waiting.flatMap(one => one.done ?? []) : null
    tray.hidden = waiting.length === 0
    composer.fit()
    grew()
  }

  function add(files: File[]): void {
    if (files.length + waiting.length > most) setText(said, t().tooMany)
    for (const file of files.slice(0, most - waiting.length)) {
      const one: Waiting = { file, node: h('li', {}), abort: new AbortController() }
      waiting.push(one)
      tray.append(one.node)
      void send(one)
    }
    settle()
    composer.input.focus({ preventScroll: true })
  }

  async function send(one: Waiting): Promise<void> {
    const { file, node } = one
    one.failed = false
    const state = h('small', {})
    const bar = h('i', {})
    const preview = /^image\/(jpeg|png|gif|webp)$/.test(file.type) && small(file)
    const again = h('button', { type: 'button', hidden: true, onclick: () => void send(one) }, t().retry)
    node.replaceChildren(
      preview || h('span', { class: 'kind', ariaHidden: 'true' }, file.name.split('.').at(-1)?.slice(0, 4).toUpperCase() ?? ''),
      h('span', { class: 'about' }, h('bdi', {}, file.name), state), again,
      h('button', { type: 'button', class: 'plain', ariaLabel: `${t().remove}: ${file.name}`, onclick: () => remove(one) }, drawn('M7 7l10 10M17 7L7 17')), bar)
    const tell = (step: Step) => {
      if (step.state === 'done') one.done = step.file
      one.failed = step.state === 'failed'
      node.classList.toggle('bad', one.failed)
      again.hidden = !one.failed
      const progress = step.state === 'sending' ? step.progress : step.state === 'done' ? 1 : null
      if (progress !== null) bar.style.width = `${progress * 100}%`
      bar.hidden = step.state === 'done' || one.failed
      setText(state, step.state === 'failed' ? step.reason || t().failed : step.state === 'waiting' ? t().waiting
        : step.state === 'done' ? sizeText(step.file.size) : step.progress >= 1 ? t().checking : `${Math.round(step.progress * 100)}%`)
      if (one.failed) setText(said, `${file.name}: ${state.textContent}`)
      settle()
    }
    tell({ state: 'sending', progress: 0 })
    if (await session(one.abort.signal)) await upload(chat.api, lang, file, one.abort.signal, tell)
  }

  /** A file belongs to who uploads it, so from here on the visitor is somebody. */
  async function session(signal: AbortSignal): Promise<boolean> {
    chat.start()
    for (;;) {
      while (chat.phase !== 'ready') {
        if (signal.aborted || chat.phase === 'closed') return false
        await new Promise(done => setTimeout(done, 100))
      }
      if (chat.visitor.keep()) return !signal.aborted
      chat.renew() // another tab was faster: its visitor is ours
    }
  }

  function remove(one: Waiting): void {
    one.abort.abort()
    one.node.remove()
    waiting = waiting.filter(other => other !== one)
    if (one.done) void fetch(`${chat.api.base}/widget/v1/files/${one.done.id}`, { method: 'DELETE', credentials: 'omit', headers: { authorization: `Bearer ${chat.api.token}` } }).catch(() => {})
    settle()
    composer.input.focus({ preventScroll: true })
  }

  function enlarge(file: Attachment, url: string): void {
    const dialog = h('dialog', { class: 'large', ariaLabel: file.name, onclick: () => dialog.close(), onclose: () => dialog.remove() },
      h('img', { src: url, alt: file.name }), h('button', { type: 'button', class: 'plain', ariaLabel: t().close }, drawn('M6 6l12 12M18 6L6 18')))
    panel.append(dialog)
    dialog.showModal()
  }

  let leaving: ReturnType<typeof setTimeout> | undefined
  const carried = (event: Event) => {
    const data = event instanceof ClipboardEvent ? event.clipboardData : (event as DragEvent).dataTransfer
    // A table copied from a spreadsheet is text and a picture of it: the text is meant.
    return composer.node.hidden || !data?.types.includes('Files') || data.types.includes('text/plain') ? null : data
  }
  for (const type of ['paste', 'dragover', 'drop'])
    panel.addEventListener(type, event => {
      const data = carried(event)
      if (!data) return
      event.preventDefault()
      clearTimeout(leaving)
      over.hidden = type !== 'dragover'
      if (type === 'dragover') leaving = setTimeout(() => { over.hidden = true }, 200)
      else add([...data.files])
    })

  return {
    draw(next) {
      looking.look()
      lang = next
      clip.ariaLabel = clip.title = input.ariaLabel = t().add
      setText(over, t().drop)
    },
    show: (place, files) => shower.show(place, files),
    sent() {
      waiting = []
      tray.replaceChildren()
      settle()
    },
  }
}

function drawn(shape: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svg.namespaceURI, 'path')
  path.setAttribute('d', shape)
  svg.append(path)
  return svg
}

/** A picture that waits to be sent, as a canvas: a site's policy may refuse images from blob: addresses, and no policy stops a drawing. */
function small(file: File): HTMLCanvasElement {
  const canvas = h('canvas', { width: 72, height: 72, ariaHidden: 'true' })
  void createImageBitmap(file).then(picture => {
    const side = Math.min(picture.width, picture.height)
    canvas.getContext('2d')?.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 72, 72)
    picture.close()
  }, () => {
    // not one that this browser can show: the place stays empty, the name stands beside it
  })
  return canvas
}
