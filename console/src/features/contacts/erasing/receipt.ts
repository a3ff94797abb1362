import type { Receipt } from './source'

/** Names of stores that have a text, in the order in which people read them; the rest follows by name. */
export const stores = ['contacts', 'keys', 'conversations', 'messages', 'notes', 'files', 'identifiers', 'identities', 'tags', 'profiles', 'contactNotes', 'drafts', 'searchTexts', 'nameWords', 'importRows', 'importFiles'] as const
export type Store = (typeof stores)[number]

/** What is worth a line: entries are the sum of others, and what was not there is no news. */
export function linesOf(receipt: Receipt): { store: string; known: boolean; count: number }[] {
  const rank = (store: string) => (stores as readonly string[]).indexOf(store)
  return Object.entries(receipt)
    .filter(([store, count]) => count > 0 && store !== 'entries')
    .map(([store, count]) => ({ store, known: rank(store) >= 0, count }))
    .sort((a, b) => (a.known ? rank(a.store) : stores.length) - (b.known ? rank(b.store) : stores.length) || a.store.localeCompare(b.store))
}
