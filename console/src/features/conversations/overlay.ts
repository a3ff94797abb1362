import { shallowRef } from 'vue'
import { defineStore } from 'pinia'
import type { Person, Priority, Row, Status, View } from '@/api/types'

/** What the agent just did, shown before the server has said so. `seq` is known once it has: the pushed row then takes over. */
export interface Patch { status?: Status; assignee?: Person | null; priority?: Priority; seq: number | null }

const keptFor = 15_000

export const useOverlay = defineStore('overlay', () => {
  const patches = shallowRef<Readonly<Record<string, Patch>>>({})
  const without = (id: string) => Object.fromEntries(Object.entries(patches.value).filter(([key]) => key !== id))

  return {
    patches,
    /** Shows the change at once and takes it back when the server refuses. */
    async during(id: string, change: Omit<Patch, 'seq'>, work: () => Promise<{ seq: number }>) {
      const mine: Patch = { ...patches.value[id], ...change, seq: null }
      patches.value = { ...patches.value, [id]: mine }
      const still = () => patches.value[id] === mine
      try {
        const { seq } = await work()
        if (!still()) return
        const answered = { ...mine, seq }
        patches.value = { ...patches.value, [id]: answered }
        setTimeout(() => { if (patches.value[id] === answered) patches.value = without(id) }, keptFor)
      } catch (error) {
        if (still()) patches.value = without(id)
        throw error
      }
    },
  }
})

export function withPatch<T extends { status: Status; assignee: Person | null }>(subject: T, seq: number, patch: Patch | undefined): T {
  if (!patch || (patch.seq !== null && seq >= patch.seq)) return subject
  const { seq: _seq, ...change } = patch
  return { ...subject, ...change }
}

export function belongs(row: Pick<Row, 'status' | 'assignee'>, view: View, me: string | undefined) {
  switch (view) {
    case 'resolved': return row.status === 'resolved'
    case 'all': return row.status !== 'resolved'
    case 'snoozed': return row.status === 'snoozed'
    case 'mine': return row.status !== 'resolved' && row.status !== 'snoozed' && row.assignee !== null && row.assignee.id === me
    case 'unassigned': return row.status !== 'resolved' && row.status !== 'snoozed' && row.assignee === null
    // Mentions, teams and saved views: only the server knows.
    default: return true
  }
}
