/** What the server says and takes (docs/gateway.md); members that an app does not need are left out. */
export interface Item {
  id: string
  seq: number
  prev: number
  kind: 'message' | 'event'
  at: string
  direction?: 'in' | 'out'
  text?: string
  sender?: { kind: string; name?: string | null }
  clientId?: string
  /** Files; of the kind `card` or `formatted` no file, but a card, or the text with its marks (docs/formatted-text.md). */
  attachments?: { id: string; kind?: string; name: string; contentType: string; size: number; markdown?: string }[]
}

/** The site's signed word about who this is: a JWT, or an id with its expiry and HMAC. Made by your server, never by the app. */
export type UserProof = { jwt: string } | { id: string; exp: number; hmac: string }

export interface Session {
  visitorToken: string
  conversationId: string | null
  seq: number
  unread: number
  verified: boolean
}

/** A message that is on its way. */
export interface Pending { clientId: string; text: string; attachments: string[]; failed?: string }

export interface State {
  status: 'closed' | 'connecting' | 'live' | 'waiting'
  verified: boolean
  items: readonly Item[]
  pending: readonly Pending[]
  unread: number
  /** Whether somebody of the firm is writing. */
  typing: boolean
}

/** Where the visitor's token and unsent messages are kept: localStorage, the app's own store. */
export interface Store {
  get(key: string): string | null | Promise<string | null>
  set(key: string, value: string | null): void | Promise<void>
}

export class QueqiaoError extends Error {
  override readonly name = 'QueqiaoError'
  readonly code: string
  readonly status: number
  constructor(code: string, status: number, detail = '') {
    super(detail || code)
    this.code = code
    this.status = status
  }
}
