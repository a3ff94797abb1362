import type { Trouble } from '../chat'
import type { Messages } from '../i18n'
import { Composer } from './composer'
import { h, icon, setText } from './dom'
import { LogView, type LogState } from './log'
import { Screen } from './screen'

export interface PanelState extends LogState {
  phase: 'idle' | 'starting' | 'ready' | 'closed'
  title: string
  agent: string | null
  trouble: Trouble
  textLimit: number
  /** Nobody writes before they have accepted the notice. */
  must?: boolean
}

/** The parts and their order; what Escape and Tab do; where the focus goes. */
export class Panel {
  readonly node: HTMLElement
  readonly screen: Screen
  private readonly face = h('div', { class: 'face', ariaHidden: 'true' }, icon('chat'))
  private readonly title = h('h2', {})
  private readonly status = h('p', {})
  private readonly close: HTMLButtonElement
  private readonly banner = h('div', { class: 'banner', hidden: true }, icon('alert'))
  private readonly bannerText = h('span', {})

  constructor(readonly log: LogView, readonly composer: Composer, private readonly onClose: () => void) {
    this.close = h('button', { class: 'plain', type: 'button', onclick: onClose }, icon('close'))
    this.banner.append(this.bannerText)
    this.node = h('div', { class: 'panel', role: 'dialog', tabIndex: -1, hidden: true },
      h('div', { class: 'head' }, this.face, h('div', { class: 'who' }, this.title, this.status), this.close),
      h('div', { role: 'status' }, this.banner), log.node, composer.node)
    this.screen = new Screen(this.node, () => {
      composer.fit()
      log.resized()
    })
    // The host page has shortcuts of its own; what is typed here is not meant for them.
    for (const type of ['keydown', 'keyup', 'keypress'] as const) this.node.addEventListener(type, event => event.stopPropagation())
    this.node.addEventListener('keydown', event => this.key(event))
  }

  draw(state: PanelState, t: Messages, lang: string): void {
    const { agent, trouble, phase } = state
    this.node.lang = lang
    this.node.ariaLabel = state.title
    this.close.ariaLabel = this.close.title = t.close
    setText(this.title, state.title)
    setText(this.status, agent ? t.served(agent) : phase === 'starting' ? t.loading : '')
    this.status.classList.toggle('on', !!agent)
    const banner = phase === 'closed' ? t.closed : trouble ? t[trouble] : ''
    setText(this.bannerText, banner)
    this.banner.hidden = banner === ''
    this.banner.classList.toggle('bad', phase === 'closed')
    this.composer.draw(t, state.textLimit, !!state.must || phase === 'closed')
    this.log.draw(state, t)
  }

  show(open: boolean, focus: boolean): void {
    this.node.hidden = !open
    this.screen.opened(open)
    if (!open) return
    this.log.toBottom()
    // On a touch screen focusing the field would throw up the keyboard over the messages that are to be read.
    if (focus) (matchMedia('(pointer: coarse)').matches ? this.node : this.composer.input).focus({ preventScroll: true })
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === 'Escape') this.onClose()
    else if (event.key === 'Tab' && this.screen.full) this.keepFocus(event)
  }

  /** The panel covers the page: leaving it by Tab would land on something nobody can see. */
  private keepFocus(event: KeyboardEvent): void {
    const stops = [...this.node.querySelectorAll<HTMLElement>('button, a, textarea, [tabindex="0"]')].filter(stop => !stop.matches(':disabled') && stop.getClientRects().length > 0)
    const edge = event.shiftKey ? stops[0] : stops.at(-1)
    const active = (this.node.getRootNode() as ShadowRoot).activeElement
    if (active !== edge && !(event.shiftKey && active === this.node)) return
    event.preventDefault()
    const target = event.shiftKey ? stops.at(-1) : stops[0]
    target?.focus()
  }
}
