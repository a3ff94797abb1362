// The widget. Loaded by the loader, once, when somebody shows interest.

import { Api } from './api'
import { Chat } from './chat'
import type { Shell, Theme, Widget } from './contract'
import type { Files } from './files/files'
import { languages, pickLang, type Lang } from './i18n'
import { assignedTo } from './protocol/derive'
import { openStore } from './storage'
import { lazily } from './transport/lazily'
import { openSocket } from './transport/socket'
import { Composer } from './view/composer'
import { setText } from './view/dom'
import { LogView } from './view/log'
import { Look } from './view/look'
import { Panel } from './view/panel'
import css from './view/panel.css?inline'
import { timeline } from './view/timeline'

/** Shows itself in this language. */
type Draw = (lang: string) => void
/** Loaded when they are needed; the addresses carry their hashes. */
declare const __CHUNKS__: { fallback: string, privacy: string, files: string, rating: string }
/** The build makes `import` of it; Vite would wrap that in code that talks to the host page. */
declare const __import: (address: string) => Promise<any>

export function start(shell: Shell): Widget {
  const store = openStore(shell.channel, () => localStorage)
  const tab = openStore(shell.channel, () => sessionStorage)
  const lang = (): Lang => pickLang(shell.lang, chat?.config?.locale, document.documentElement.lang, navigator.language)
  const api = new Api(shell.base, lang)
  let chat: Chat | null = null
  let open = false
  let drawing = false
  const chunk = (name: string) => __import(`${shell.base}/widget/${name}`)
  /** A part that is there from its first use on. One that did not load is asked for again with the next use, and meanwhile nothing happens. */
  const part = <T>(name: string) => {
    let loading: Promise<T> | undefined
    return (use: (mounted: T) => void) => (loading ??= chunk(name).then(part => part.mount(panel.node, current, () => log.resized(), composer))).then(use, () => { loading = undefined })
  }
  const files = part<Files>(__CHUNKS__.files)
  const privacy = part<Draw>(__CHUNKS__.privacy)
  const rating = part<Draw>(__CHUNKS__.rating)
  const fallback = () => chunk(__CHUNKS__.fallback)

  const current = chat = new Chat(api, store, shell.channel, { ws: openSocket, sse: lazily(async () => (await fallback()).openStream), poll: lazily(async () => (await fallback()).openPoll(api)) },
    { get: () => tab.get('transport'), set: value => tab.set('transport', value) }, lang, () => redraw())

  const log = new LogView({
    retry: clientId => current.retry(clientId),
    remove: clientId => current.forget(clientId),
    edit: clientId => {
      const entry = current.outbox.all.find(candidate => candidate.clientId === clientId)
      if (!entry) return
      composer.edit(entry.text)
      current.forget(clientId)
    },
    files: (box, list) => files(it => it.show(box, list)),
    older: () => current.history.loadOlder(),
    seen: () => { if (open && document.visibilityState === 'visible') current.seen() },
  })
  const composer = new Composer(store, {
    send: (text, attached) => {
      log.toBottom()
      current.send(text, attached.length ? attached : undefined)
      files(it => it.sent())
    },
    typed: empty => current.typing.typed(empty),
  })
  const panel = new Panel(log, composer, () => setOpen(false))
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  shell.root.adoptedStyleSheets = [...shell.root.adoptedStyleSheets, sheet]
  shell.root.append(panel.node)
  const look = new Look(shell, panel.node, store)
  let looked: unknown = null

  /** Many things change at once (a page of history, a burst of frames): one drawing for all of them. */
  function redraw(): void {
    if (drawing) return
    drawing = true
    queueMicrotask(() => {
      drawing = false
      draw()
    })
  }

  function draw(): void {
    const { config, history, outbox, unread } = current
    const t = languages[lang()]
    if (config !== looked) look.take((looked = config)!)
    const title = config?.title || t.title
    shell.host.ariaLabel = title
    shell.launcher.ariaExpanded = String(open)
    shell.launcher.ariaLabel = shell.launcher.title = open ? t.close : unread > 0 ? `${t.open} (${t.unread(unread)})` : t.open
    setText(shell.badge, unread > 0 && !open ? unread > 9 ? '9+' : String(unread) : '')
    if (open || config?.pages) files(it => it.draw(lang()))
    if (!open) return
    const notice = config?.notice
    const must = notice?.mode === 'accept' && !notice.answered
    panel.draw({
      phase: current.phase, must, title, unread, trouble: current.trouble, textLimit: config?.textLimit ?? 10_000,
      agent: assignedTo(history.log.items), older: history.older,
      typing: current.typing.who === null ? null : current.typing.who || title,
      rows: timeline({ log: history.log, outgoing: outbox.all, hello: config?.hello, title, lang: lang(), t, now: new Date() }),
    }, t, lang())
    if (notice) privacy(show => show(lang()))
    if (panel.node.querySelector('.rating')) rating(show => show(lang()))
  }

  function setOpen(next: boolean): void {
    if (open === next) return
    const { activeElement } = shell.root
    open = next
    if (open) current.start()
    draw()
    panel.show(open)
    if (open) return
    current.pause()
    // Back to where it came from, but not away from what the visitor is doing in the page.
    if (activeElement) shell.launcher.focus({ preventScroll: true })
  }

  addEventListener('online', () => current.network(true))
  addEventListener('offline', () => current.network(false))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return
    current.peek()
    current.hurry()
    redraw()
  })
  if (document.visibilityState === 'visible') void current.peek()
  draw()

  return {
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle: () => setOpen(!open),
    lang: value => { shell.lang = value; redraw() },
    theme: (value: Theme) => { shell.theme = value; look.draw() },
    become: user => {
      current.become(user)
      if (open) current.start()
    },
  }
}
