import type { DeliveryState, EventBody, Item, MessageItem, Row } from '@/api/types'
import type { ConversationFrame, Typer } from './frames'

export type Head = Pick<Row, 'id' | 'status' | 'snoozedUntil' | 'subject' | 'channel' | 'contact' | 'assignee' | 'team' | 'priority' | 'tags' | 'fields' | 'rating' | 'mergedInto' | 'unseenMentions' | 'contactReadSeq' | 'agentReadSeq' | 'createdAt'>

/** What this page knows of one conversation: a run of its log without holes, up to `seq`. */
export interface Known {
  head: Head
  items: readonly Item[]
  seq: number
  hasOlder: boolean
  contactOnline: boolean | null
  typing: readonly Typer[]
}

const eventTypes: Record<EventBody['type'], true> = {
  created: true, status: true, assigned: true, read: true, team: true, tagged: true, untagged: true, priority: true, contact_renamed: true, subject: true, fields: true, mentioned: true,
  mentions_seen: true, edited: true, note_edited: true, recalled: true, note_recalled: true, rating_requested: true, rated: true, merged_into: true, merged_from: true, wrapped_up: true,
  delivery: true, file_arrived: true, reacted: true, channel_noted: true, handed_over: true, bot_rated: true,
}

/** Null for an event type that came with a newer server. */
export function knownEvent(item: Item): EventBody | null {
  return item.kind === 'event' && item.event.type in eventTypes ? item.event : null
}

function applyEvent(head: Head, event: EventBody, by: string | undefined): Head {
  switch (event.type) {
    case 'created': return head
    case 'status': return { ...head, status: event.to, snoozedUntil: event.until ?? null }
    case 'assigned': return { ...head, assignee: event.to }
    case 'read': return event.by === 'contact'
      ? { ...head, contactReadSeq: Math.max(head.contactReadSeq, event.upTo) }
      : { ...head, agentReadSeq: Math.max(head.agentReadSeq, event.upTo) }
    case 'team': return { ...head, team: event.to }
    // A tag's colour is not in the log: it comes with the row.
    case 'tagged': return head.tags.some(tag => tag.id === event.tag.id) ? head : { ...head, tags: [...head.tags, { ...event.tag, color: '' }] }
    case 'untagged': return { ...head, tags: head.tags.filter(tag => tag.id !== event.tag.id) }
    case 'priority': return { ...head, priority: event.to }
    case 'contact_renamed': return { ...head, contact: { ...head.contact, name: event.to } }
    case 'subject': return { ...head, subject: event.to }
    case 'fields': return { ...head, fields: Object.fromEntries(Object.entries({ ...head.fields, ...event.values }).filter(([, value]) => value !== null)) }
    case 'mentioned': return { ...head, unseenMentions: [...new Set([...head.unseenMentions, event.agent.id])] }
    case 'mentions_seen': return { ...head, unseenMentions: head.unseenMentions.filter(id => id !== by) }
    case 'rating_requested': return { ...head, rating: null }
    case 'rated': return { ...head, rating: { score: event.score, at: '' } }
    case 'merged_into': return { ...head, mergedInto: event.conversation }
    case 'edited': case 'note_edited': case 'recalled': case 'note_recalled': case 'merged_from': case 'wrapped_up': case 'handed_over': case 'bot_rated':
    case 'delivery': case 'file_arrived': case 'reacted': case 'channel_noted': return head
    default: return event satisfies never
  }
}

const rank: Record<DeliveryState, number> = { pending: 0, failed: 1, sent: 2, delivered: 3, read: 4 }
/** States come out of order and never go back. */
function delivered(items: readonly Item[], news: Extract<EventBody, { type: 'delivery' }>['items']): readonly Item[] {
  const byMessage = new Map(news.map(one => [one.of, one]))
  return items.map(item => {
    const now = byMessage.get(item.seq)
    if (!now || item.kind === 'event' || rank[now.state] < rank[item.delivery?.state ?? 'pending']) return item
    return { ...item, delivery: { state: now.state, ...(now.code ? { code: now.code } : {}), ...(now.reason ? { reason: now.reason } : {}) } }
  })
}
/** A file that lay with the platform is here, or will not come. */
function arrived(item: MessageItem, { index, file }: Extract<EventBody, { type: 'file_arrived' }>): MessageItem {
  if (!file) return { ...item, media: (item.media ?? []).map(one => (one.index === index ? { ...one, state: 'failed' } : one)) }
  if (item.attachments?.some(one => one.id === file.id)) return item
  return { ...item, attachments: [...(item.attachments ?? []), file], media: (item.media ?? []).filter(one => one.index !== index) }
}

/** What a message is now, after an edit or a recall that came behind it. */
function revise(items: readonly Item[], event: EventBody, item: Item): readonly Item[] {
  if (event.type === 'delivery') return delivered(items, event.items)
  if (event.type === 'file_arrived') return items.map(one => (one.seq === event.of && one.kind !== 'event' ? arrived(one, event) : one))
  if (event.type !== 'edited' && event.type !== 'note_edited' && event.type !== 'recalled' && event.type !== 'note_recalled') return items
  const edited = 'text' in event
  return items.map(one => {
    if (one.seq !== event.of || one.kind === 'event' || (one.revisedSeq ?? 0) >= item.seq || one.recalledAt) return one
    const { markdown, ...rest } = one
    if (!edited) return { ...rest, ...(markdown ? { markdown } : {}), recalledAt: item.at, revisedSeq: item.seq }
    return { ...rest, text: event.text, ...(event.markdown ? { markdown: event.markdown } : {}), editedAt: item.at, revisedSeq: item.seq }
  })
}

function append(known: Known, item: Item): Known {
  const event = knownEvent(item)
  return {
    ...known,
    seq: item.seq,
    items: [...(event ? revise(known.items, event, item) : known.items), item],
    head: event ? applyEvent(known.head, event, item.sender.id) : known.head,
    typing: item.kind === 'event' ? known.typing : known.typing.filter(typer => typer.id !== item.sender.id),
  }
}

/** The only way in for pushed frames. 'fetch-after' means: something between `known.seq` and this frame is missing. */
export function applyFrame(known: Known, frame: ConversationFrame): Known | 'fetch-after' {
  switch (frame.event) {
    case 'message.created':
    case 'message.updated':
    case 'conversation.updated':
      if (frame.seq <= known.seq) return known
      return frame.prev > known.seq ? 'fetch-after' : append(known, frame.data)
    case 'typing': {
      const { on, ...typer } = frame.data
      const others = known.typing.filter(other => other.id !== typer.id)
      return { ...known, typing: on ? [...others, typer] : others }
    }
    case 'presence.updated':
      return { ...known, contactOnline: frame.data.contactOnline }
    default: return frame satisfies never
  }
}

/** A page that was asked for with `after`: entries we have are skipped, so it may overlap with frames. */
export function appendPage(known: Known, items: readonly Item[]): Known {
  return items.reduce((so, item) => (item.seq > so.seq ? append(so, item) : so), known)
}

export function prependPage(known: Known, items: readonly Item[], hasOlder: boolean): Known {
  const first = known.items[0]?.seq ?? Number.POSITIVE_INFINITY
  return { ...known, hasOlder, items: [...items.filter(item => item.seq < first), ...known.items] }
}

/**
 * The row and the newest page come from two requests and may be of different ages.
 * Entries that are newer than the row are applied to it; when the row is newer than the page, the caller fetches after `seq`.
 */
export function toKnown(row: Row, items: readonly Item[], hasOlder: boolean): Known {
  const { id, status, snoozedUntil, subject, channel, contact, assignee, team, priority, tags, fields, rating, unseenMentions, contactReadSeq, agentReadSeq, createdAt } = row
  let head: Head = { id, status, snoozedUntil, subject, channel, contact, assignee, team, priority, tags, fields, rating, unseenMentions, contactReadSeq, agentReadSeq, createdAt }
  if (row.mergedInto) head = { ...head, mergedInto: row.mergedInto }
  for (const item of items) {
    const event = knownEvent(item)
    if (event && item.seq > row.seq) head = applyEvent(head, event, item.sender.id)
  }
  return { head, items, seq: items.at(-1)?.seq ?? row.seq, hasOlder, contactOnline: null, typing: [] }
}

export function deliveryOf(item: MessageItem, head: Pick<Head, 'contactReadSeq'>): DeliveryState | null {
  if (item.kind !== 'message' || item.direction !== 'out') return null
  const state = item.delivery?.state ?? 'sent'
  return (state === 'sent' || state === 'delivered') && item.seq <= head.contactReadSeq ? 'read' : state
}
