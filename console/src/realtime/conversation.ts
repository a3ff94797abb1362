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
    case 'edited': case 'note_edited': case 'recalled': case 'note_recalled': case 'merged_from': case 'wrapped_up': return head
    default: return event satisfies never
  }
}

/** What a message is now, after an edit or a recall that came behind it. */
function revise(items: readonly Item[], event: EventBody, item: Item): readonly Item[] {
  if (event.type !== 'edited' && event.type !== 'note_edited' && event.type !== 'recalled' && event.type !== 'note_recalled') return items
  const change = 'text' in event ? { text: event.text, editedAt: item.at } : { recalledAt: item.at }
  return items.map(one => (one.seq === event.of && one.kind !== 'event' && (one.revisedSeq ?? 0) < item.seq && !one.recalledAt ? { ...one, ...change, revisedSeq: item.seq } : one))
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
