import type { QueryClient } from '@tanstack/vue-query'
import type { Counts, Sort, View } from '@/api/types'
import { addPage, appendPage, applyChange, beginResync, emptyList, finishResync, toKnown } from '@/realtime'
import type { Known, ListFrame, ListState, WatchingFrame } from '@/realtime'
import type { ConversationSource } from './source'

export const listKey = (view: View, sort: Sort) => ['list', view, sort] as const
export const conversationKey = (id: string) => ['conversation', id] as const
export const countsKey = ['counts'] as const
export const viewCountsKey = ['viewCounts'] as const

/** The row and the newest page are of different ages when something happens between the two answers. */
export async function loadConversation(source: ConversationSource, id: string): Promise<Known> {
  const [row, page] = await Promise.all([source.row(id), source.newest(id)])
  let known = toKnown(row, page.items, page.hasMore)
  while (known.seq < row.seq) {
    const rest = await source.after(id, known.seq)
    if (rest.items.length === 0) break
    // Up to row.seq the row has these entries already; applying them again changes nothing that came later.
    known = toKnown(row, appendPage(known, rest.items).items, page.hasMore)
  }
  return known
}

export type Cache = ReturnType<typeof createCache>

/** Everything live writes here, and only here, into the query cache. */
export function createCache(queries: QueryClient, source: ConversationSource) {
  const read = (view: View, sort: Sort) => queries.getQueryData<ListState>(listKey(view, sort))
  const write = (list: ListState) => queries.setQueryData(listKey(list.view, list.sort), list)
  const siblings = (view: View) => queries.getQueriesData<ListState>({ queryKey: ['list', view] }).flatMap(([, list]) => list ?? [])

  return {
    list: read,
    /** A row pushed while the page travels must not get lost: the list exists before it is asked for. */
    async firstPage(view: View, sort: Sort): Promise<ListState> {
      const had = read(view, sort)
      const cursor = had?.cursor ?? siblings(view).find(list => list.cursor)?.cursor ?? null
      write(beginResync({ ...(had ?? emptyList(view, sort)), cursor }))
      const page = await source.page(view, sort, null)
      return finishResync(read(view, sort) ?? emptyList(view, sort), page)
    },
    async nextPage(view: View, sort: Sort) {
      const had = read(view, sort)
      if (!had?.next) return
      const page = await source.page(view, sort, had.next)
      const now = read(view, sort)
      if (now?.next === had.next) write(addPage(now, page))
    },
    changed(frame: ListFrame) {
      for (const list of siblings(frame.list)) write(applyChange(list, frame))
      if (frame.data.counts) queries.setQueryData<Counts>(countsKey, had => ({ ...had, ...frame.data.counts } as Counts))
      if (frame.data.counts?.views) queries.setQueryData(viewCountsKey, frame.data.counts.views)
    },
    /** Without a cursor nobody knows what happened between the first page and this answer: the page is fetched once more. */
    watching(frame: WatchingFrame, sort: Sort) {
      if (frame.counts) queries.setQueryData<Counts>(countsKey, had => ({ ...had, ...frame.counts } as Counts))
      const bridged = !frame.resync && typeof read(frame.list, sort)?.cursor === 'string'
      for (const list of siblings(frame.list)) {
        if (!bridged && list.sort !== sort) queries.removeQueries({ queryKey: listKey(list.view, list.sort) })
        else write({ ...list, cursor: frame.cursor })
      }
      if (!bridged) void queries.invalidateQueries({ queryKey: listKey(frame.list, sort) })
    },
    conversation: (id: string) => queries.getQueryData<Known>(conversationKey(id)),
    writeConversation: (id: string, known: Known) => void queries.setQueryData(conversationKey(id), known),
  }
}
