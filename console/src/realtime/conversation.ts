import type { DeliveryState, EventBody, Item, MessageItem, Row } from '@/api/types'
import type { ConversationFrame, Typer } from './frames'

export type Head = Pick<Row, 'id' | 'status' | 'channel' | 'contact' | 'assignee' | 'priority' | 'tags' | 'contactReadSeq' | 'agentReadSeq' | 'createdAt'>

/** What this page knows of one conversation: a run of its log without holes, up to `seq`. */
export interface Known {
  head: Head
  items: readonly Item[]
  seq: number
  hasOlder: boolean
  contactOnline: boolean | null
  typing: readonly Typer[]
}

const eventTypes: Record<EventBody['type'], true> = { created: true, status: true, assigned: true, read: true }

/** Null for an event type that came with a newer server. */
export function knownEvent(item: Item): EventBody | null {
  return item.kind === 'event' && item.event.type in eventTypes ? item.event : null
}

function applyEvent(head: Head, event: EventBody): Head {
  switch (event.type) {
    case 'created': return head
    case 'status': return { ...head, status: event.to }
    case 'assigned': return { ...head, assignee: event.to }
    case 'read': return event.by === 'contact'
      ? { ...head, contactReadSeq: Math.max(head.contactReadSeq, event.upTo) }
      : { ...head, agentReadSeq: Math.max(head.agentReadSeq, event.upTo) }
    default: return event satisfies never
  }
}

function append(known: Known, item: Item): Known {
  const event = knownEvent(item)
  return {
    ...known,
    seq: item.seq,
    items: [...known.items, item],
    head: event ? applyEvent(known.head, event) : known.head,
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
  const { id, status, channel, contact, assignee, priority, tags, contactReadSeq, agentReadSeq, createdAt } = row
  let head: Head = { id, status, channel, contact, assignee, priority, tags, contactReadSeq, agentReadSeq, createdAt }
  for (const item of items) {
    const event = knownEvent(item)
    if (event && item.seq > row.seq) head = applyEvent(head, event)
  }
  return { head, items, seq: items.at(-1)?.seq ?? row.seq, hasOlder, contactOnline: null, typing: [] }
}

export function deliveryOf(item: MessageItem, head: Pick<Head, 'contactReadSeq'>): DeliveryState | null {
  if (item.kind !== 'message' || item.direction !== 'out') return null
  const state = item.delivery?.state ?? 'sent'
  return (state === 'sent' || state === 'delivered') && item.seq <= head.contactReadSeq ? 'read' : state
}
