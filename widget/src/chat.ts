// Everything the widget knows and does, without a screen: session, log, outbox, connection. The view asks and draws.

import { Acks } from './acks'
import type { Answer, Api } from './api'
import { History } from './history'
import { Outbox, type Outgoing } from './outbox'
import { countUnread, entryOf, entryOfReceipt, lastReceived, readUpTo } from './protocol/derive'
import type { Attachment, Config, Receipt, ServerFrame } from './protocol/types'
import { Sender } from './sender'
import type { Store } from './storage'
import { backoff } from './transport/backoff'
import type { OpenCarrier } from './transport/carrier'
import type { Kind } from './transport/ladder'
import { Link, type Memory } from './transport/link'
import { TypingSignals } from './typing'
import { isBusy } from './verdict'
import { Visitor } from './visitor'

export type Trouble = 'offline' | 'reconnecting' | 'busy' | null

/** A reconnect that takes no longer is nobody's business. */
const graceOf = 3_000

export class Chat {
  phase: 'idle' | 'starting' | 'ready' | 'closed' = 'idle'
  config: Config | null = null
  readonly history: History
  readonly outbox: Outbox
  readonly typing: TypingSignals
  readonly visitor: Visitor
  private readonly sender: Sender
  private readonly link: Link
  private readonly acks = new Acks()
  private serverUnread = 0
  private told = { conversation: '', seq: 0 }
  private peeked = false
  private offline = !navigator.onLine
  private lost = false
  private refused = ''
  private attempt = 0
  private asking = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private grace: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly api: Api,
    store: Store,
    channel: string,
    carriers: Record<Kind, OpenCarrier>,
    memory: Memory,
    locale: () => string,
    private readonly changed: () => void,
  ) {
    this.visitor = new Visitor(api, store, channel)
    this.outbox = new Outbox(store)
    this.history = new History(api, () => this.settle())
    this.sender = new Sender(this.outbox, {
      deliver: entry => this.deliver(entry),
      stored: (entry, receipt) => this.stored(entry, receipt),
      signIn: async () => {
        const answer = await this.visitor.signIn()
        if (answer.ok) this.config = answer.value.config
        return answer.ok
      },
      changed,
    })
    const line = { base: api.base, token: () => api.token, locale, known: () => this.history.log }
    this.link = new Link(carriers, line, {
      ready: behind => this.ready(behind),
      frame: frame => this.heard(frame),
      page: page => this.history.page(page),
      changed: () => this.lineChanged(),
      signedOut: () => this.begin(),
      tooBig: () => this.acks.refuseAll('message_too_long'),
    }, memory)
    this.typing = new TypingSignals(
      on => { if (this.history.log.conversation && !this.link.send({ op: 'typing', on })) void api.tell({ type: 'typing', on }) },
      () => this.link.kind === 'ws' ? 1_000 : 3_000,
      changed,
    )
  }

  get trouble(): Trouble {
    if (this.offline) return 'offline'
    if (this.sender.busy || isBusy(this.refused)) return 'busy'
    return this.lost ? 'reconnecting' : null
  }

  get unread(): number {
    const { items } = this.history.log
    return items.length === 0 ? this.serverUnread : countUnread(items, this.seenUpTo)
  }

  private get seenUpTo(): number {
    const { items, conversation } = this.history.log
    return Math.max(readUpTo(items, 'contact'), this.told.conversation === conversation ? this.told.seq : 0)
  }

  /** For a visitor who was here before, while the chat is still closed: live only if there is something to follow. */
  async peek(): Promise<void> {
    if (!this.visitor.known || this.phase !== 'idle' || this.peeked) return
    this.peeked = true
    const answer = await this.api.unread()
    if (!answer.ok || this.phase !== 'idle') return
    this.serverUnread = answer.value.unread
    this.changed()
    if (answer.value.conversationId || !this.outbox.idle) this.start()
  }

  start(): void {
    if (this.phase === 'ready') this.link.start()
    if (this.phase !== 'idle') return
    this.phase = 'starting'
    void this.begin()
  }

  /** The panel was closed. A visitor who has not said anything yet does not need a line. */
  pause(): void {
    if (this.phase !== 'ready' || this.history.log.conversation || !this.outbox.idle) return
    this.link.stop()
    clearTimeout(this.grace)
  }

  send(text: string, files?: readonly Attachment[]): void {
    this.outbox.add(text, files)
    this.typing.typed(true)
    this.changed()
    if (this.phase !== 'ready') return
    // Another tab was faster: its visitor is ours.
    if (this.visitor.keep()) this.sender.kick()
    else this.renew()
  }

  /** A session anew, as somebody else or with an answer to the notice. */
  renew(): void {
    this.link.stop()
    this.phase = 'starting'
    void this.begin()
  }

  /** What the site has signed about the visitor; nothing: they have logged out there, and nobody here may see what they wrote. */
  become(user: unknown): void {
    this.link.stop()
    this.history.reset()
    this.serverUnread = 0
    this.peeked = false
    if (!user) {
      this.visitor.forget()
      this.outbox.forget(...this.outbox.all.map(entry => entry.clientId))
    }
    this.visitor.user = user || undefined
    this.phase = 'idle'
    this.changed()
  }

  retry(clientId: string): void {
    this.outbox.waiting(clientId)
    this.changed()
    this.sender.kick()
  }

  forget(clientId: string): void {
    this.outbox.forget(clientId)
    this.changed()
  }

  /** The visitor looks at the newest message. */
  seen(): void {
    const { items, conversation } = this.history.log
    const seq = lastReceived(items)
    if (!conversation || seq <= this.seenUpTo) return
    this.told = { conversation, seq }
    if (!this.link.send({ op: 'read', conversation, seq })) void this.api.tell({ type: 'read', seq })
    this.changed()
  }

  network(online: boolean): void {
    this.offline = !online
    this.changed()
    if (online) this.hurry()
  }

  hurry(): void {
    if (this.phase === 'starting') void this.begin()
    if (this.phase !== 'ready') return
    this.link.hurry()
    this.sender.kick()
  }

  private async begin(): Promise<void> {
    if (this.asking) return
    this.asking = true
    clearTimeout(this.timer)
    const answer = await this.visitor.signIn()
    this.asking = false
    this.refused = answer.ok ? '' : answer.code
    if (!answer.ok) {
      // No such channel, or not for this site: asking again will not change it.
      if ([400, 403, 404].includes(answer.status)) this.phase = 'closed'
      else this.timer = setTimeout(() => this.begin(), Math.max(answer.wait, backoff(this.attempt++)))
      this.lost = answer.status === 0
      return this.changed()
    }
    this.attempt = 0
    this.lost = false
    this.config = answer.value.config
    this.serverUnread = answer.value.unread
    if (answer.value.conversationId) await this.history.heal()
    this.phase = 'ready'
    if (!this.outbox.idle) this.visitor.keep()
    this.lineChanged()
    this.link.start()
    this.sender.kick()
  }

  private ready(behind: boolean): void {
    this.offline = false
    // What was said on a line that broke may not have been heard; the next look says it again.
    this.told.seq = 0
    if (behind) void this.history.heal('newest')
    this.sender.kick()
    this.changed()
  }

  private heard(frame: ServerFrame): void {
    this.offline = false
    const entry = entryOf(frame)
    if (entry) {
      if (entry.item.direction === 'out') this.typing.arrived()
      this.history.take(entry)
    } else if (frame.op === 'ack') this.acks.accept(frame.clientId, frame)
    else if (frame.op === 'error') this.acks.refuse(frame.clientId, frame.code)
    else if (frame.op === 'resync') void this.history.heal()
    else if (frame.op === undefined && frame.event === 'typing') this.typing.heard(frame.data)
  }

  private deliver(entry: Outgoing): Promise<Answer<Receipt>> {
    const { clientId, text, files } = entry
    const message = { clientId, text, attachments: files?.map(file => file.id) }
    if (!this.link.send({ op: 'send', ...message })) return this.api.send(message)
    return this.acks.wait(clientId, () => this.link.hurry())
  }

  private stored(entry: Outgoing, receipt: Receipt): void {
    this.outbox.stored(entry.clientId, receipt.conversation, receipt.seq)
    this.history.take(entryOfReceipt(receipt, entry))
    this.settle()
  }

  /** What the log shows is no longer the outbox's business, whichever tab or transport sent it. */
  private settle(): void {
    const { items, conversation, seq } = this.history.log
    const shown = new Set(items.map(item => item.clientId))
    this.outbox.forget(...this.outbox.all.filter(entry => shown.has(entry.clientId) ||
      entry.state === 'stored' && entry.conversation === conversation && (entry.seq ?? 0) <= seq).map(entry => entry.clientId))
    this.changed()
  }

  private lineChanged(): void {
    clearTimeout(this.grace)
    if (this.link.live) this.lost = false
    else {
      this.acks.refuseAll('network')
      this.grace = setTimeout(() => {
        this.lost = true
        this.changed()
      }, graceOf)
    }
    this.changed()
  }
}
