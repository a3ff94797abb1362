// The shapes of docs/gateway.md. The server is ours, so shapes are trusted, but kinds and types may grow:
// whatever is not known here is skipped, never an error.

export interface Sender {
  kind: 'contact' | 'agent' | 'bot' | 'system'
  id?: string
  name: string | null
}

export type LogEvent =
  | { type: 'created' }
  | { type: 'status', from?: string, to: string }
  | { type: 'assigned', to: { name: string } | null }
  | { type: 'read', by: 'contact' | 'agent', upTo: number }
  | { type: 'rating_requested' }
  | { type: 'rated', score: number, comment?: string }
  /** A message changed or, without a text, was taken back. */
  | { type: 'edited' | 'recalled', of: number, text?: string }

/** A file of a message; where its bytes are is asked when it is shown. */
export interface Attachment {
  id: string
  kind: 'image' | 'audio' | 'video' | 'file' | 'card' | 'bot' | 'formatted'
  name: string
  size: number
  width?: number
  height?: number
  /** Of the kind `card`: no file, but an article or order. */
  card?: Card
  /** Of the kind `formatted`: no file, but the text with its marks. */
  markdown?: string
  /** Of the kind `bot`: what a bot adds to what it says. */
  bot?: BotPart | BotHello
}

export interface Card {
  kind: 'product' | 'order'
  id: string
  title: string
  subtitle?: string
  /** In minor units. */
  amount?: number
  currency?: string
  status?: string
  url?: string
  image?: string
  lines: readonly { text: string, value?: string }[]
}

export interface Item {
  id: string
  conversationId: string
  seq: number
  /** The seq this reader saw before: private entries are skipped, so it is not always seq - 1. */
  prev: number
  at: string
  kind: 'message' | 'event' | 'note'
  clientId?: string
  direction?: 'in' | 'out'
  sender: Sender
  text?: string
  attachments?: readonly Attachment[]
  event?: LogEvent
}

export interface Page {
  conversationId?: string
  seq: number
  items: Item[]
  hasMore: boolean
}

export interface Config {
  title: string
  /** The first words, with what can be chosen where a bot says them. */
  hello?: { text: string, files?: Attachment[] } | undefined
  color: string
  locale: string
  position: string
  textLimit: number
  notice?: Notice | null
  /** What this visitor looks at may be told. */
  pages?: boolean
}

export interface Notice {
  mode: 'notice' | 'accept'
  hash: string
  text: string
  locale: string
  /** A sentence for each purpose that can be agreed to. */
  purposes: Record<string, string>
  answered: boolean
}

export interface SessionAnswer {
  visitorToken: string
  conversationId?: string
  seq: number
  unread: number
  config: Config
}

/** "It is on disk": the ack frame, and the answer of POST /widget/v1/messages. */
export interface Receipt {
  conversation: string
  id: string
  seq: number
  prev: number
  at: string
}

export interface Entry {
  conversation: string
  seq: number
  prev: number
  item: Item
}

export interface Typing {
  kind: 'contact' | 'agent'
  name: string | null
  on: boolean
}

export type ServerFrame =
  | { op: 'ready', heartbeatSeconds?: number, conversation?: string, seq?: number }
  | { op: 'pong' }
  | { op: 'bye', reconnectMs: number }
  | ({ op: 'ack', clientId: string } & Receipt)
  | { op: 'error', clientId?: string, code: string, detail?: string }
  | { op: 'resync', conversation: string, after: number }
  | { op?: undefined, event: 'message.created' | 'conversation.updated' | 'message.updated', conversation: string, seq: number, prev: number, data: Item }
  | { op?: undefined, event: 'typing', conversation: string, data: Typing }

export type ClientFrame =
  | { op: 'hello', token: string, locale: string, resume?: Record<string, number> }
  | { op: 'send', clientId: string, text: string, attachments?: string[] }
  | { op: 'typing', on: boolean }
  | { op: 'read', conversation: string, seq: number }
  | { op: 'ping' }

export interface BotPart {
  seq: number
  kind: string
  brain: string
  citations: { id: string, title: string, link?: string }[]
  buttons: { id: string, text: string }[]
}

/** The greeting of a bot, as a part of a message. */
export interface BotHello { menu: string[] }
