import { http, type Fetch } from './http'
import { apply, applyPage, emptyLog, unreadIn, type Log } from './log'
import { Phones } from './push'
import { QueqiaoError, type Item, type Pending, type Session, type State, type Store, type UserProof } from './types'

export interface Options {
  /** The server, such as https://chat.example.com. */
  baseUrl: string
  channelId: string
  /** Asks your server to sign who is using the app; nothing for strangers. Called again when the proof has grown old. */
  user?: () => Promise<UserProof | undefined>
  locale?: string
  store?: Store
  fetch?: Fetch
  WebSocket?: typeof WebSocket
}

const firstWait = 500
const longestWait = 30_000
const tokenKey = 'queqiao.token'
const outboxKey = 'queqiao.outbox'
const pushKey = 'queqiao.push'

/** A chat without a user interface. What it knows is `state`; `subscribe` tells of changes. */
export class QueqiaoClient {
  readonly #options: Options
  readonly #call
  readonly #listeners = new Set<(state: State) => void>()
  #token: string | null = null
  #log: Log = emptyLog
  #pending: Pending[] = []
  #status: State['status'] = 'closed'
  #verified = false
  #seen = 0
  #typing = false
  #socket: WebSocket | null = null
  #wait = firstWait
  #timer: ReturnType<typeof setTimeout> | undefined
  #beat: ReturnType<typeof setInterval> | undefined
  #wanted = false
  readonly #phones: Phones

  constructor(options: Options) {
    this.#options = { ...options, baseUrl: options.baseUrl.replace(/\/+$/, '') }
    this.#call = http(this.#options.baseUrl, options.fetch ?? globalThis.fetch.bind(globalThis), () => this.#token)
    this.#phones = new Phones(this.#call, options.store, pushKey)
  }

  get state(): State {
    return { status: this.#status, verified: this.#verified, items: this.#log.items, pending: this.#pending, unread: unreadIn(this.#log, this.#seen), typing: this.#typing }
  }

  subscribe(listener: (state: State) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Opens a session, reads what was said, and stays connected. */
  async open(): Promise<void> {
    this.#wanted = true
    this.#set('connecting')
    this.#token ??= (await this.#options.store?.get(tokenKey)) ?? null
    if (!this.#pending.length) this.#pending = JSON.parse((await this.#options.store?.get(outboxKey)) ?? '[]') as Pending[]
    await this.#begin()
    await this.#fill()
    if (this.#log.conversationId) await this.#phones.again()
    this.#connect()
  }

  /** The app goes to the background: the connection ends, what was written stays. `open` takes it up again. */
  close(): void {
    this.#wanted = false
    clearTimeout(this.#timer)
    clearInterval(this.#beat)
    this.#socket?.close(1000)
    this.#socket = null
    this.#set('closed')
  }

  /** Another user, or nobody: forgets who was here. */
  async logout(): Promise<void> {
    this.close()
    if (this.#token) await this.#phones.leave()
    this.#token = null
    this.#log = emptyLog
    this.#pending = []
    this.#seen = 0
    await this.#options.store?.set(tokenKey, null)
    await this.#options.store?.set(outboxKey, null)
    this.#tell()
  }

  /** Keeps the message until the server has it; the same message is never stored twice. Returns its clientId. */
  async send(text: string, attachments: string[] = []): Promise<string> {
    const message: Pending = { clientId: newId(), text, attachments }
    this.#pending = [...this.#pending, message]
    await this.#keep()
    await this.#deliver(message)
    return message.clientId
  }

  /** Everything so far has been seen. */
  async markRead(): Promise<void> {
    if (!this.#log.seq || this.#seen >= this.#log.seq) return
    this.#seen = this.#log.seq
    this.#tell()
    await this.#call('POST', '/widget/v1/events', { type: 'read', seq: this.#seen })
  }

  typing(on = true): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify({ op: 'typing', on }))
  }

  /** For a badge on the app's icon; needs no connection. */
  async unread(): Promise<number> {
    return (await this.#call<{ unread: number }>('GET', '/widget/v1/unread')).unread
  }

  /**
   * Tells this phone of answers while the chat is closed. The token is the one that the vendor's SDK gave the app; call it again when
   * that changes. Before the user has written anything it is kept here and registered with their first message.
   */
  async registerPush(token: string, vendor: string): Promise<void> {
    await this.#phones.register({ token, vendor, ...(this.#options.locale && { locale: this.#options.locale }) }, !!this.#log.conversationId)
  }

  /** No more notifications on this phone. `logout` does it by itself. */
  unregisterPush(): Promise<void> {
    return this.#phones.leave()
  }

  /** A code that the user types on another channel (WeChat …): both are one person from then on. Signed users only. */
  link(): Promise<{ text: string; expiresAt: string }> {
    return this.#call('POST', '/widget/v1/links', {})
  }

  /** Brings a code that came on another channel. */
  useLink(code: string): Promise<void> {
    return this.#call('POST', '/widget/v1/links/use', { code })
  }

  async #begin(): Promise<void> {
    const user = await this.#options.user?.()
    const session = await this.#call<Session>('POST', '/widget/v1/sessions', {
      channelId: this.#options.channelId, visitorToken: this.#token, user, locale: this.#options.locale,
    })
    if (this.#log.conversationId !== session.conversationId) this.#log = { ...emptyLog, conversationId: session.conversationId }
    this.#token = session.visitorToken
    this.#verified = session.verified
    await this.#options.store?.set(tokenKey, session.visitorToken)
  }

  /** What came after the newest that is known. */
  async #fill(): Promise<void> {
    for (let more = true; more;) {
      const page = await this.#call<{ conversationId?: string; seq: number; items: Item[]; hasMore: boolean }>('GET', `/widget/v1/messages?after=${this.#log.seq}&limit=100`)
      if (!page.conversationId) return
      this.#log = applyPage({ ...this.#log, conversationId: page.conversationId }, page.items, page.hasMore ? 0 : page.seq)
      this.#settle(page.items)
      more = page.hasMore && page.items.length > 0
    }
    this.#tell()
  }

  #connect(): void {
    if (!this.#wanted) return
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket
    const socket = new Socket(`${this.#options.baseUrl.replace(/^http/, 'ws')}/gateway`, 'queqiao.v1')
    this.#socket = socket
    socket.onopen = () => socket.send(JSON.stringify({ op: 'hello', token: this.#token, locale: this.#options.locale, resume: this.#log.conversationId ? { [this.#log.conversationId]: this.#log.seq } : {} }))
    socket.onmessage = event => void this.#heard(JSON.parse(String(event.data)) as Frame)
    socket.onclose = event => {
      if (this.#socket === socket) this.#ended(event.code)
    }
    socket.onerror = () => socket.close()
  }

  async #heard(frame: Frame): Promise<void> {
    if (frame.op === 'ready') {
      this.#wait = firstWait
      this.#set('live')
      clearInterval(this.#beat)
      this.#beat = setInterval(() => this.#socket?.readyState === 1 && this.#socket.send('{"op":"ping"}'), (frame.heartbeatSeconds ?? 25) * 1000)
      for (const message of this.#pending.filter(one => !one.failed)) await this.#deliver(message)
    } else if (frame.op === 'bye') {
      this.#wait = frame.reconnectMs ?? this.#wait
    } else if (frame.op === 'resync') {
      await this.#fill()
    } else if (frame.event === 'typing') {
      this.#typing = frame.data?.kind === 'agent' && frame.data.on === true
      this.#tell()
    } else if (frame.event === 'message.created' || frame.event === 'conversation.updated' || frame.event === 'message.updated') {
      const item = { ...(frame.data as unknown as Item), seq: frame.seq ?? 0, prev: frame.prev ?? 0 }
      if (frame.conversation && frame.conversation !== this.#log.conversationId) this.#log = { ...emptyLog, conversationId: frame.conversation }
      const next = apply(this.#log, item)
      if (next === 'gap') return this.#fill()
      this.#log = next
      this.#settle([item])
      this.#tell()
    }
  }

  /** Comes back after a while, longer each time; a session that is over is begun anew. */
  #ended(code: number): void {
    clearInterval(this.#beat)
    this.#socket = null
    if (!this.#wanted) return
    this.#set('waiting')
    this.#timer = setTimeout(() => void this.#again(code), this.#wait * (0.5 + Math.random() / 2))
    this.#wait = Math.min(this.#wait * 2, longestWait)
  }

  async #again(code: number): Promise<void> {
    try {
      if (code === 4401) await this.#begin()
      await this.#fill()
      this.#connect()
    } catch (trouble) {
      this.#ended(trouble instanceof QueqiaoError && trouble.status === 401 ? 4401 : code)
    }
  }

  async #deliver(message: Pending): Promise<void> {
    try {
      const stored = await this.#call<{ conversationId: string; seq: number }>('POST', '/widget/v1/messages', { clientId: message.clientId, text: message.text, ...(message.attachments.length && { attachments: message.attachments }) })
      this.#pending = this.#pending.filter(one => one.clientId !== message.clientId)
      if (stored.seq > this.#log.seq) await this.#fill()
      await this.#phones.again()
    } catch (trouble) {
      // What the server refuses will be refused again; what did not reach it is tried when we are back.
      if (trouble instanceof QueqiaoError && trouble.status < 500 && trouble.status !== 429) this.#pending = this.#pending.map(one => (one.clientId === message.clientId ? { ...one, failed: trouble.code } : one))
    }
    await this.#keep()
    this.#tell()
  }

  #settle(items: readonly Item[]): void {
    const known = new Set(items.map(item => item.clientId).filter(Boolean))
    if (known.size) this.#pending = this.#pending.filter(one => !known.has(one.clientId))
  }

  async #keep(): Promise<void> {
    await this.#options.store?.set(outboxKey, JSON.stringify(this.#pending))
    this.#tell()
  }

  #set(status: State['status']): void {
    this.#status = status
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.state)
  }
}

interface Frame {
  op?: string
  event?: string
  conversation?: string
  seq?: number
  prev?: number
  heartbeatSeconds?: number
  reconnectMs?: number
  data?: { kind?: string; on?: boolean }
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
