import type { Item } from './types'

/** What is known of the conversation. `seq` is the newest that is known without a gap. */
export interface Log { conversationId: string | null; seq: number; items: readonly Item[] }

export const emptyLog: Log = { conversationId: null, seq: 0, items: [] }

/** Adds an item. 'gap': something before it is missing, fetch what comes after `log.seq`. */
export function apply(log: Log, item: Item): Log | 'gap' {
  if (item.seq <= log.seq) return log
  if (item.prev > log.seq) return 'gap'
  return { ...log, seq: item.seq, items: item.kind === 'message' ? [...log.items, item] : log.items }
}

/** Adds a page, oldest first; what is known already is left as it is. */
export function applyPage(log: Log, page: readonly Item[], seq: number): Log {
  const news = page.filter(item => item.seq > log.seq && item.kind === 'message')
  return { ...log, seq: Math.max(log.seq, seq, ...page.map(item => item.seq)), items: [...log.items, ...news] }
}

/** Messages from the firm after what the customer has seen. */
export const unreadIn = (log: Log, seen: number) => log.items.filter(item => item.direction === 'out' && item.seq > seen).length
