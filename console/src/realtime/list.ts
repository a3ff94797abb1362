import { partsOf } from '@/api/types'
import type { Group, Row, RowPage, Sort, View } from '@/api/types'
import type { ListFrame } from './frames'

/** One view as this page knows it. Rows past `horizon` are kept, but not shown: unknown ones may lie in between. */
export interface ListState {
  view: View
  sort: Sort
  rows: Readonly<Record<string, Row>>
  /** Tombstones: seq at which a conversation left the view, so that a page that was under way cannot bring it back. */
  gone: Readonly<Record<string, number>>
  next: string | null
  horizon: Row | null
  cursor: string | null
  loaded: boolean
  /** While the first page is fetched anew: which rows were pushed since. */
  pushed: ReadonlySet<string> | null
}

// Times are RFC 3339 in UTC with milliseconds: as text they sort as they do in time, and a list of thousands sorts five times a second.
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byActivity = (a: Row, b: Row) => compareText(b.lastActivityAt, a.lastActivityAt) || compareText(b.id, a.id)

/** Waiting customers first, longest wait on top; then the answered ones by last activity. Ties as the server breaks them: a page ends in the middle of one. */
function byWait(a: Row, b: Row) {
  if (a.waitingSince !== null && b.waitingSince !== null) return compareText(a.waitingSince, b.waitingSince) || compareText(a.id, b.id)
  if (a.waitingSince !== null) return -1
  return b.waitingSince !== null ? 1 : compareText(b.lastActivityAt, a.lastActivityAt) || compareText(a.id, b.id)
}

const byCreation = (a: Row, b: Row) => compareText(b.createdAt, a.createdAt) || compareText(b.id, a.id)
const orders = { waiting: byWait, recent: byActivity, created: byCreation }

// As the server orders groups: the most urgent or the earliest stage first; who and where by id, and what has none before all.
const ranks = { priority: ['urgent', 'high', 'medium', 'low', 'none'], status: ['queued', 'open', 'pending', 'bot', 'snoozed', 'resolved'] }
/** The group of a row, for comparing. */
export function groupKey(row: Row, group: Group) {
  return group === 'priority' || group === 'status' ? String(ranks[group].indexOf(row[group])) : (row[group]?.id ?? '')
}

export function order(sort: Sort) {
  const [name, group] = partsOf(sort)
  const within = orders[name]
  return group ? (a: Row, b: Row) => compareText(groupKey(a, group), groupKey(b, group)) || within(a, b) : within
}

export function emptyList(view: View, sort: Sort): ListState {
  return { view, sort, rows: {}, gone: {}, next: null, horizon: null, cursor: null, loaded: false, pushed: new Set() }
}

function admit(list: ListState, rows: readonly Row[], newer: (incoming: Row, had: Row) => boolean) {
  const next: Record<string, Row> = { ...list.rows }
  for (const row of rows) {
    const had = next[row.id]
    const left = list.gone[row.id]
    if (left !== undefined && row.seq <= left) continue
    if (had && !newer(row, had)) continue
    next[row.id] = row
  }
  return next
}

export function addPage(list: ListState, page: RowPage): ListState {
  return {
    ...list,
    loaded: true,
    rows: admit(list, page.items, (incoming, had) => incoming.seq > had.seq),
    next: page.nextCursor ?? null,
    horizon: page.nextCursor ? (page.items.at(-1) ?? list.horizon) : null,
  }
}

export function applyChange(list: ListState, frame: ListFrame): ListState {
  if (frame.list !== list.view) return list
  const gone = { ...list.gone }
  const rows = admit(list, frame.data.rows, (incoming, had) => incoming.seq >= had.seq)
  for (const { id, seq } of frame.data.gone) {
    const had = rows[id]
    if (had && had.seq > seq) continue
    delete rows[id]
    gone[id] = Math.max(gone[id] ?? 0, seq)
  }
  const pushed = list.pushed && new Set([...list.pushed, ...frame.data.rows.map(row => row.id)])
  return { ...list, rows, gone, cursor: frame.cursor, pushed }
}

export const beginResync = (list: ListState): ListState => ({ ...list, pushed: new Set() })

/** Starts over from a fresh first page; of the rest only what was pushed meanwhile stays. */
export function finishResync(list: ListState, page: RowPage): ListState {
  const kept: Record<string, Row> = {}
  const onPage = new Set(page.items.map(row => row.id))
  for (const [id, row] of Object.entries(list.rows)) if (onPage.has(id) || list.pushed?.has(id)) kept[id] = row
  return addPage({ ...list, rows: kept, horizon: null, pushed: null }, page)
}

export function visibleRows(list: ListState): Row[] {
  const compare = order(list.sort)
  const { horizon } = list
  const rows = Object.values(list.rows)
  return (horizon ? rows.filter(row => compare(row, horizon) <= 0) : rows).sort(compare)
}
