import { describe, expect, it } from 'vitest'
import type { Row, Sort } from '@/api/types'
import { addPage, applyChange, beginResync, emptyList, finishResync, order, visibleRows } from './list'
import type { ListState } from './list'
import type { ListFrame } from './frames'
import { ConversationModel, dice } from './model.fixture'

const unresolved = (row: Row) => row.status !== 'resolved'

/** A view of the server: which conversations are in it, and what changed since a point in time. */
class Site {
  constructor(readonly sort: Sort = 'recent') {}
  readonly all = Array.from({ length: 12 }, (_, n) => new ConversationModel(`V${String(n).padStart(2, '0')}`))
  readonly rows = () => this.all.map(model => model.row()).filter(unresolved).sort(order(this.sort))
  readonly page = (after: Row | null, limit: number) => {
    const rest = this.rows().filter(row => !after || order(this.sort)(after, row) < 0)
    return { items: rest.slice(0, limit), nextCursor: rest.length > limit ? 'more' : null }
  }
  change(model: ConversationModel): ListFrame {
    const row = model.row()
    const data = unresolved(row) ? { rows: [row], gone: [] } : { rows: [], gone: [{ id: row.id, seq: row.seq }] }
    return { event: 'list.changed', list: 'all', cursor: 'x', data }
  }
}

const sorts: Sort[] = ['recent', 'waiting', 'created', 'recent/status', 'waiting/assignee', 'created/priority']

describe('a list under a hostile network', () => {
  it.each(Array.from({ length: 100 }, (_, seed) => seed))('history %i: pushed equals freshly fetched', seed => {
    const roll = dice(seed + 7)
    const site = new Site(sorts[seed % sorts.length])
    let list: ListState = finishResync(emptyList('all', site.sort), site.page(null, 5))
    let slowPage: { page: ReturnType<Site['page']> } | null = null
    const held: ListFrame[] = []
    for (let n = 0; n < 60; n++) {
      const model = site.all[roll(12)] as ConversationModel
      model.step(roll)
      held.push(site.change(model))
      if (roll(3) === 0) held.push(site.change(model))
      while (held.length > roll(5)) {
        const [frame] = held.splice(roll(held.length), 1)
        if (frame) list = applyChange(list, frame)
      }
      if (roll(9) === 0) slowPage ??= { page: site.page(list.horizon, 4) }
      else if (slowPage && roll(4) === 0) { list = addPage(list, slowPage.page); slowPage = null }
    }
    for (const frame of held) list = applyChange(list, frame)
    if (slowPage) list = addPage(list, slowPage.page)
    while (list.next) list = addPage(list, site.page(list.horizon, 4))
    expect(visibleRows(list)).toEqual(site.rows())
  })
})

describe('tombstones', () => {
  const site = new Site()
  const [row] = site.rows() as [Row]
  const gone: ListFrame = { event: 'list.changed', list: 'all', cursor: 'c', data: { rows: [], gone: [{ id: row.id, seq: 9 }] } }

  it('keep a late page from bringing a row back', () => {
    const list = applyChange(emptyList('all', 'recent'), gone)
    expect(visibleRows(addPage(list, { items: [{ ...row, seq: 9 }] }))).toEqual([])
    expect(visibleRows(addPage(list, { items: [{ ...row, seq: 10 }] }))).toHaveLength(1)
  })

  it('do not remove a row that came back since', () => {
    const list = addPage(emptyList('all', 'recent'), { items: [{ ...row, seq: 10 }] })
    expect(visibleRows(applyChange(list, gone))).toHaveLength(1)
  })
})

it('a resync keeps only the page and what was pushed meanwhile', () => {
  const site = new Site()
  let list = finishResync(emptyList('all', 'recent'), site.page(null, 12))
  const page = { items: site.rows().slice(0, 3) }
  const late = site.all[0] as ConversationModel
  list = beginResync(list)
  late.step(() => 0)
  list = finishResync(applyChange(list, site.change(late)), page)
  expect(Object.keys(list.rows).sort()).toEqual([...new Set([...page.items.map(row => row.id), late.id])].sort())
})

it('rows beyond the last fetched page wait until the page before them is there', () => {
  const site = new Site()
  const rows = site.rows()
  const list = addPage(emptyList('all', 'recent'), { items: rows.slice(0, 3), nextCursor: 'more' })
  const last = rows.at(-1) as Row
  const pushed = applyChange(list, { event: 'list.changed', list: 'all', cursor: 'c', data: { rows: [last], gone: [] } })
  expect(visibleRows(pushed)).toHaveLength(3)
  expect(visibleRows({ ...pushed, horizon: null })).toHaveLength(4)
})

it('groups stand in the order of the server: the most urgent first, nobody before somebody', () => {
  const rows = ['none', 'urgent', 'low', 'high', 'medium'].map((priority, n) => ({ ...(new Site().rows()[n] as Row), priority, assignee: n % 2 ? { id: 'B', name: 'B' } : null }) as Row)
  const sorted = (sort: Sort) => [...rows].sort(order(sort))
  expect(sorted('recent/priority').map(row => row.priority)).toEqual(['urgent', 'high', 'medium', 'low', 'none'])
  expect(sorted('waiting/assignee').map(row => row.assignee?.id ?? '')).toEqual(['', '', '', 'B', 'B'])
})
