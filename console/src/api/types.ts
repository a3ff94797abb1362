import type { Mark } from '@/lib/formatted'
// The contract of docs/gateway.md and the REST API, as the console reads it.

export type BuiltInView = 'mine' | 'unassigned' | 'team' | 'mentions' | 'snoozed' | 'all' | 'resolved'
/** A view that is always there, or the id of a saved one. */
export type View = BuiltInView | (string & {})
export const views: readonly BuiltInView[] = ['mine', 'unassigned', 'team', 'mentions', 'snoozed', 'all', 'resolved']
export const isBuiltIn = (view: View): view is BuiltInView => (views as readonly string[]).includes(view)
export type Order = 'recent' | 'waiting' | 'created'
export const orders: readonly Order[] = ['waiting', 'recent', 'created']
export type Group = 'priority' | 'status' | 'assignee' | 'team' | 'channel'
export const groups: readonly Group[] = ['priority', 'status', 'assignee', 'team', 'channel']
/** How a list stands: an order, perhaps within groups (`waiting/priority`). */
export type Sort = Order | `${Order}/${Group}`
export const sortOf = (order: Order, group: Group | ''): Sort => (group ? `${order}/${group}` : order)
export const partsOf = (sort: Sort) => sort.split('/') as [Order, Group?]
export type Status = 'bot' | 'queued' | 'open' | 'pending' | 'snoozed' | 'resolved'
/** A built-in role's name or the id of one of the workspace. */
export type Role = string
export type Counts = Record<BuiltInView, number> & { views?: Record<string, number> }
export type Priority = 'none' | 'low' | 'medium' | 'high' | 'urgent'
export const priorities: readonly Priority[] = ['none', 'low', 'medium', 'high', 'urgent']
export interface Tag { id: string; name: string; color: string; archived?: boolean }
export interface Named { id: string; name: string }
export type FieldValue = string | number | boolean | string[] | null

export interface Person { id: string; name: string | null }
export interface Sender extends Person { kind: 'contact' | 'agent' | 'bot' | 'system' }

export type EventBody =
  | { type: 'created' }
  | { type: 'status'; from: Status | null; to: Status; reason?: string | null; until?: string }
  | { type: 'assigned'; from: Person | null; to: Person | null }
  | { type: 'read'; by: 'contact' | 'agent'; upTo: number }
  | { type: 'team'; from: Named | null; to: Named | null }
  | { type: 'tagged' | 'untagged'; tag: Named }
  | { type: 'priority'; from: Priority; to: Priority }
  | { type: 'contact_renamed'; to: string | null }
  | { type: 'subject'; from: string | null; to: string | null }
  | { type: 'fields'; values: Record<string, FieldValue> }
  | { type: 'mentioned'; agent: Named }
  | { type: 'mentions_seen' }
  | { type: 'edited' | 'note_edited'; of: number; text: string; markdown?: string }
  | { type: 'recalled' | 'note_recalled'; of: number }
  | { type: 'rating_requested' }
  | { type: 'rated'; score: number; comment?: string }
  | { type: 'merged_into' | 'merged_from'; conversation: string }
  | { type: 'handed_over'; reason: string; summary: string; details?: { slots: { name: string; value: string }[]; tried: { asked: string; did: string; entry: string | null }[] } }
  | { type: 'bot_rated'; of: number; helpful: boolean; reason?: string }
  | { type: 'wrapped_up'; category: Named; result?: string; note?: string }
  | { type: 'delivery'; items: { of: number; state: DeliveryState; code?: string | null; reason?: TwoTexts }[] }
  | { type: 'file_arrived'; of: number; index: number; file?: Attachment; failed?: string }
  | { type: 'reacted'; of: number; emoji: string | null; removed: boolean; code?: string; reason?: TwoTexts }
  | { type: 'channel_noted'; what: string; text?: string }

/** What the bot adds to what it says. */
export interface BotPart { kind: string; brain: string; entry?: string; score?: number; citations: { id: string; title: string; link?: string; quote?: string }[]; buttons: { id: string; text: string }[] }

export type AttachmentKind = 'image' | 'audio' | 'video' | 'file'
/** A file of a message; where its bytes are is asked when it is shown. */
export interface Attachment { id: string; kind: AttachmentKind; name: string; contentType: string; size: number; width?: number; height?: number; duration?: number }

/** An article or order of the firm inside a message; the message's text says the same. */
export interface MessageCard {
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
  lines: { text: string; value?: string }[]
}

/** A text of the platform or of ours, in both languages. */
export interface TwoTexts { zh?: string | null; en?: string | null }
export type DeliveryState = 'pending' | 'sent' | 'delivered' | 'read' | 'failed'

export interface ItemBase { id: string; conversationId: string; seq: number; prev: number; at: string; sender: Sender }
export interface MessageItem extends ItemBase {
  kind: 'message' | 'note'
  clientId?: string
  direction?: 'in' | 'out'
  text: string
  /** The same with marks, where it has any. */
  markdown?: string
  attachments?: Attachment[]
  card?: MessageCard
  bot?: BotPart
  replyTo?: number
  /** Changes up to this seq are in it. */
  revisedSeq?: number
  editedAt?: string
  recalledAt?: string
  /** Nothing is left to read: the person was erased, or the stored entry is damaged. */
  unreadable?: 'erased' | 'damaged'
  /** `reason`: why it failed. */
  delivery?: { state: DeliveryState; code?: string | null; reason?: TwoTexts }
  /** Files that still lie with the platform, or that could not be had. */
  media?: { index: number; kind: AttachmentKind; name?: string; size?: number; state: 'coming' | 'failed' }[]
  /** What a platform calls a kind of message that is not understood. */
  unsupported?: string
  /** Our side said it by another tool. */
  elsewhere?: boolean
  /** The customer's platform knows it by a name: signs can be put to it there. */
  outside?: boolean
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
  /** Null: it was taken back. */
  text: string | null
}

export interface Row {
  id: string
  seq: number
  status: Status
  /** `edits`, `recalls`: whether what was sent by it can still be changed or taken back at the customer's. `shows`: marks of formatted texts that its customers see; plain text without. `reacts`: signs that may be put to messages there. */
  channel: { id: string; kind: string; name: string; edits?: boolean; recalls?: boolean; shows?: Mark[]; reacts?: string[] }
  contact: Person
  assignee: Person | null
  subject: string | null
  snoozedUntil: string | null
  team: Named | null
  priority: Priority
  tags: Tag[]
  fields: Record<string, FieldValue>
  unseenMentions: string[]
  rating: { score: number; at: string } | null
  mergedInto?: string
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
  limitedTo: 'second_factor' | 'second_factor_code' | null
  /** How people's data shows: what is `reveal` can be asked for with a reason. */
  fields?: Record<'name' | 'phone' | 'email' | 'identities' | 'fields' | 'messages', 'clear' | 'reveal' | 'masked' | 'hidden'>
}

export interface Agent {
  id: string
  name: string
  email: string
  role: Role
  roles: Role[]
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
  notice: NoticeMode
  userAudience: string | null
  /** Whose pages the chat tells. */
  pages: 'off' | 'consent' | 'shown'
  userIssuer: string | null
}
export type NoticeMode = 'off' | 'notice' | 'accept'
export interface Channel {
  id: string
  kind: string
  name: string
  enabled: boolean
  settings: WebSettings
  createdAt: string
  snippet: string
}
