import type { Messages } from '../i18n'
import type { Attachment } from '../protocol/types'
import type { Store } from '../storage'
import { h, icon, setText } from './dom'

const countBelow = 200
const saveAfter = 300

export class Composer {
  readonly node: HTMLElement
  private readonly field: HTMLTextAreaElement
  private readonly button: HTMLButtonElement
  private readonly count = h('div', { class: 'count', role: 'status' })
  /** What goes with the text; null while some of it is under way. */
  files: readonly Attachment[] | null = []
  private limit = 10_000
  private t: Messages | null = null
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly store: Store, private readonly actions: { send(text: string, files: readonly Attachment[]): void, typed(empty: boolean): void }) {
    this.field = h('textarea', {
      rows: 1, value: store.get('draft') ?? '', enterKeyHint: 'send', autocomplete: 'off',
      oninput: () => this.changed(),
      onkeydown: event => this.key(event),
    })
    this.button = h('button', { class: 'send', type: 'button', onclick: () => this.send() }, icon('send'))
    // The field keeps the focus, and a phone its keyboard.
    this.button.onpointerdown = event => event.preventDefault()
    this.node = h('div', { class: 'composer' }, h('div', { class: 'box' }, this.field, this.button), this.count)
    addEventListener('pagehide', () => this.save())
  }

  get input(): HTMLTextAreaElement { return this.field }

  draw(t: Messages, limit: number, closed: boolean): void {
    this.t = t
    this.limit = limit
    this.field.placeholder = t.placeholder
    this.field.ariaLabel = t.compose
    this.button.ariaLabel = this.button.title = t.send
    this.node.hidden = closed
    this.fit()
  }

  /** Brings a message back that could not be sent. What is being written is not thrown away for it. */
  edit(text: string): void {
    this.field.value = [text, this.field.value].filter(Boolean).join('\n')
    this.save()
    this.fit()
    this.field.focus()
  }

  fit(): void {
    const { field } = this
    field.style.height = ''
    // Only what does not fit one line: measuring an empty field would count its placeholder.
    if (field.value && field.scrollHeight > field.clientHeight) field.style.height = `${field.scrollHeight}px`
    const left = this.limit - field.value.trim().length
    this.button.disabled = !this.ready(field.value.trim())
    setText(this.count, left < countBelow && this.t ? this.t.left(left) : '')
    this.count.classList.toggle('over', left < 0)
    field.ariaInvalid = left < 0 ? 'true' : null
  }

  private changed(): void {
    this.fit()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), saveAfter)
    this.actions.typed(this.field.value.trim() === '')
  }

  private key(event: KeyboardEvent): void {
    // While an input method is composing, Enter picks a word. Safari says so only by the old key code.
    if (event.isComposing || event.keyCode === 229 || event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    this.send()
  }

  private send(): void {
    const text = this.field.value.trim()
    if (!this.ready(text) || !this.files) return
    // First into the outbox, which stores it, then out of the draft: a crash in between may repeat it, never lose it.
    this.actions.send(text, this.files)
    this.field.value = ''
    this.save()
    this.fit()
  }

  private ready(text: string): boolean {
    return !!this.files && text.length <= this.limit && (text !== '' || this.files.length > 0)
  }

  private save(): void {
    clearTimeout(this.timer)
    const text = this.field.value
    if (text === (this.store.get('draft') ?? '')) return
    if (text) this.store.set('draft', text)
    else this.store.remove('draft')
  }
}
