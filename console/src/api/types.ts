// The contract of docs/gateway.md and the REST API, as the console reads it.

export type View = 'mine' | 'unassigned' | 'all' | 'resolved'
export const views: readonly View[] = ['mine', 'unassigned', 'all', 'resolved']
export type Sort = 'recent' | 'waiting'
export type Status = 'bot' | 'queued' | 'open' | 'pending' | 'snoozed' | 'resolved'
export type Role = 'owner' | 'admin' | 'supervisor' | 'agent' | 'viewer'
export type Counts = Record<View, number>

export interface Person { id: string; name: string | null }
export interface Sender extends Person { kind: 'contact' | 'agent' | 'bot' | 'system' }

export type EventBody =
  | { type: 'created' }
  | { type: 'status'; from: Status | null; to: Status; reason?: string | null }
  | { type: 'assigned'; from: Person | null; to: Person | null }
  | { type: 'read'; by: 'contact' | 'agent'; upTo: number }

export type DeliveryState = 'pending' | 'sent' | 'delivered' | 'read' | 'failed'

export interface ItemBase { id: string; conversationId: string; seq: number; prev: number; at: string; sender: Sender }
export interface MessageItem extends ItemBase {
  kind: 'message' | 'note'
  clientId?: string
  direction?: 'in' | 'out'
  text: string
  delivery?: { state: DeliveryState }
}
/** `event` may be of a type that this version does not know: read it with `knownEvent`. */
export interface EventItem extends ItemBase { kind: 'event'; event: EventBody }
export type Item = MessageItem | EventItem

export interface LastMessage {
  seq: number
  at: string
  kind: 'message' | 'note'
  direction?: 'in' | 'out'
  sender: Sender
  text: string
}

export interface Row {
  id: string
  seq: number
  status: Status
  channel: { id: string; kind: string; name: string }
  contact: Person
  assignee: Person | null
  priority: 'none' | 'low' | 'normal' | 'high' | 'urgent'
  tags: string[]
  unread: number
  waitingSince: string | null
  lastMessage: LastMessage | null
  contactReadSeq: number
  agentReadSeq: number
  createdAt: string
  lastActivityAt: string
}

export interface RowPage { items: Row[]; nextCursor?: string | null }
export interface ItemPage { items: Item[]; hasMore: boolean }
export interface Receipt { id: string; seq: number; prev: number; at: string }

export interface Session {
  agent: { id: string; name: string; email: string; role: Role; locale: string | null }
  workspace: { id: string; name: string }
  permissions: string[]
  /** `second_factor`: nothing else works until one is set up. */
  limitedTo: 'second_factor' | null
}

export interface Agent {
  id: string
  name: string
  email: string
  role: Role
  online: boolean
  disabled: boolean
  capacity: number
  color: string | null
  teams: { id: string; name: string; lead: boolean }[]
  secondFactor: boolean
  createdAt: string
  lastSeenAt: string | null
}

export interface WebSettings {
  title: string
  greeting: string
  color: string
  locale: 'auto' | 'zh-CN' | 'en'
  position: 'right' | 'left'
  allowedOrigins: string[]
}
export interface Channel {
  id: string
  kind: string
  name: string
  enabled: boolean
  settings: WebSettings
  createdAt: string
  snippet: string
}
