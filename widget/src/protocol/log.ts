// What this reader knows of its conversation, as a value. Two pure functions move it forward: `apply` for one pushed
// entry, `join` for a fetched page. Old state + frames always ends where a fresh fetch would, whatever was lost,
// repeated or out of order on the way.

import type { Entry, Item, Page } from './types'

export interface Log {
  conversation: string | null
  /** Everything up to here is known. */
  seq: number
  /** Ascending, without holes between the first and `seq`. */
  items: readonly Item[]
  /** Older entries exist on the server. */
  older: boolean
  /** Entries of conversations that ended before this one began (a send after 72 h starts a new one). */
  past: readonly Item[]
}

export const emptyLog: Log = { conversation: null, seq: 0, items: [], older: false, past: [] }

export function apply(known: Log, entry: Entry): Log | 'fetch-after' {
  if (entry.conversation !== known.conversation) {
    if (isPast(known, entry.conversation)) return known
    // The beginning of the very first conversation needs nothing before it. Any other stranger may be a late frame
    // of a conversation that has ended: only the server can say which one counts now.
    if (entry.prev > 0 || known.conversation !== null) return 'fetch-after'
    return append(startOver(known, entry.conversation, false), entry.item)
  }
  if (entry.seq <= known.seq) return known
  if (entry.prev > known.seq) return 'fetch-after'
  return append(known, entry.item)
}

/** `asked` is what the page was fetched with: everything after a seq, or the newest page. */
export function join(known: Log, page: Page, asked: 'newest' | 'after'): Log | 'fetch-newest' {
  if (!page.conversationId) return known
  if (page.conversationId !== known.conversation) {
    if (asked === 'after') return 'fetch-newest'
    return page.items.reduce(append, startOver(known, page.conversationId, page.hasMore))
  }
  const fresh = page.items.filter(item => item.seq > known.seq)
  const first = fresh[0]
  // The newest page begins behind a hole: what we had cannot be shown as one history with it.
  if (asked === 'newest' && first && page.items[0] === first && first.prev > known.seq)
    return { ...known, items: fresh, seq: lastSeq(fresh), older: page.hasMore }
  return fresh.reduce(append, known)
}

/** A page from before the first known entry, fetched while scrolling up. */
export function prepend(known: Log, page: Page): Log {
  if (page.conversationId !== known.conversation) return known
  const first = known.items[0]?.seq ?? Infinity
  return { ...known, items: [...page.items.filter(item => item.seq < first), ...known.items], older: page.hasMore }
}

function append(known: Log, item: Item): Log {
  // An edit or, without a text, a recall: what is left are words (files of an edited message come back with the page).
  // Thumbs and signs are of a message, too, and say nothing of its words.
  const { text, of, type } = (item.event ?? item) as { of?: number, text?: string, type?: string }
  const items = of && (type === 'recalled' || text) ? known.items.map(one => one.seq === of ? { ...one, text, attachments: [] } : one) : known.items
  return { ...known, seq: item.seq, items: [...items, item] }
}

function startOver(known: Log, conversation: string, older: boolean): Log {
  return { conversation, seq: 0, items: [], older, past: [...known.past, ...known.items].filter(item => item.conversationId !== conversation) }
}

function isPast(known: Log, conversation: string): boolean {
  return known.past.some(item => item.conversationId === conversation)
}

function lastSeq(items: readonly Item[]): number {
  return items[items.length - 1]?.seq ?? 0
}
