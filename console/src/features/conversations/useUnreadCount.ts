import { onScopeDispose, shallowRef } from 'vue'
import { useQueryClient } from '@tanstack/vue-query'
import type { QueryClient } from '@tanstack/vue-query'
import type { Row } from '@/api/types'
import type { ListState } from '@/realtime'

/** My conversations with something unread, over all the lists that are loaded; of a row that stands in several, the newest counts. */
export function countUnread(lists: readonly ListState[], me: string | undefined) {
  const newest = new Map<string, Row>()
  const gone = new Map<string, number>()
  for (const list of lists) {
    for (const row of Object.values(list.rows)) if ((newest.get(row.id)?.seq ?? -1) < row.seq) newest.set(row.id, row)
    if (list.view === 'mine') for (const [id, seq] of Object.entries(list.gone)) gone.set(id, seq)
  }
  let count = 0
  for (const row of newest.values())
    if (row.unread > 0 && row.status !== 'resolved' && row.assignee?.id === me && (gone.get(row.id) ?? -1) < row.seq) count++
  return count
}

export function useUnreadCount(me: () => string | undefined, queries: QueryClient = useQueryClient()) {
  const read = () => countUnread(queries.getQueriesData<ListState>({ queryKey: ['list'] }).flatMap(([, list]) => list ?? []), me())
  const count = shallowRef(read())
  onScopeDispose(queries.getQueryCache().subscribe(event => {
    if (event.query.queryKey[0] === 'list') count.value = read()
  }))
  return count
}
