// <script src="https://host/widget.js" data-channel="ID" async></script>
// Every page of the customer's site pays for this file, so it does little: a button, and the wish to load the rest.

import type { Shell, Theme, Widget } from '../contract'
import { createLauncher } from './launcher'

declare const __APP_VERSION__: string

interface Global { (...command: unknown[]): void, q?: ArrayLike<unknown>[] }

const script = document.currentScript as HTMLScriptElement | null
const page = window as { queqiao?: Global }
const channel = script?.dataset.channel
// A page that includes the script twice still gets one chat.
if (script && channel && (!page.queqiao || page.queqiao.q)) start(script, channel)

function start({ src, dataset }: HTMLScriptElement, channel: string): void {
  const shell: Shell = {
    ...createLauncher(),
    base: new URL(src).origin, channel,
    lang: dataset.lang ?? '', theme: (dataset.theme ?? 'auto') as Theme,
  }
  const { launcher, host } = shell
  let widget: Promise<Widget> | undefined
  let tries = 0

  // A browser may remember a failed import for good, so another try needs another address.
  const load = () => widget ??= import(/* @vite-ignore */ `${shell.base}/widget/app.js?v=${__APP_VERSION__}${tries++ ? '.' + tries : ''}`)
    .then(app => app.start(shell) as Widget, error => {
      widget = undefined
      throw error
    })
  const act = (command: 'open' | 'close' | 'toggle') => {
    launcher.classList.add('busy')
    load().then(loaded => loaded[command](), () => label(true)).then(() => launcher.classList.remove('busy'))
  }
  /** Identify with what the site has signed; without anything: log out. */
  const become = (user: unknown) => { load().then(loaded => loaded.become(user), () => {}) }
  const label = (failed = false) => {
    const zh = /^zh|^$/i.test(shell.lang || document.documentElement.lang || navigator.language)
    host.ariaLabel = zh ? '在线客服' : 'Chat'
    launcher.ariaLabel = launcher.title = failed ? (zh ? '聊天加载失败，请重试' : 'Chat did not load. Try again') : (zh ? '打开聊天' : 'Open chat')
  }
  const commands: Record<string, (value: any) => void> = {
    identify: become,
    logout: become,
    open: () => act('open'),
    // Nothing to close while nothing was loaded.
    close: () => widget && act('close'),
    toggle: () => act('toggle'),
    lang: value => { shell.lang = value; widget ? widget.then(loaded => loaded.lang(value)) : label() },
    theme: value => { shell.theme = value; widget?.then(loaded => loaded.theme(value)) },
    hide: () => { host.hidden = true },
    show: () => { host.hidden = false },
  }
  const run = (command: ArrayLike<unknown>) => commands[command[0] as string]?.(command[1] ?? '')

  const waiting = page.queqiao?.q ?? []
  page.queqiao = (...command) => run(command)
  label()
  const hurry = () => { load().catch(() => {}) }
  launcher.onpointerenter = launcher.onfocus = hurry
  launcher.onclick = () => act('toggle')

  try {
    // Somebody who has talked to us before: their colour at once, and unread messages when the page has time for them.
    const look = JSON.parse(localStorage.getItem(`queqiao:${channel}:look`) ?? '{}')
    // A missing value would be written as the word "undefined"; an empty one leaves the default.
    launcher.style.setProperty('--brand', look.brand ?? '')
    launcher.style.setProperty('--on-brand', look.onBrand ?? '')
    if (look.left) launcher.classList.add('left')
    if (localStorage.getItem(`queqiao:${channel}:token`)) (window.requestIdleCallback ?? setTimeout)(hurry)
  } catch {
    // Storage is blocked: everybody is a new visitor here.
  }
  if ('open' in dataset) act('open')
  for (const command of Array.from(waiting)) run(command)
}
