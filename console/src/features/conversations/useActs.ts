import { useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { Problem } from '@/api/client'
import { useProblemText } from '@/api/useProblem'
import { useSession } from '@/features/identity'
import type { FieldValue, Named, Person, Priority, Status, Tag } from '@/api/types'
import { showToast } from '@/ui'
import { useLive } from './live'
import { useOverlay } from './overlay'
import { workbenchKeys } from './workbench'
import { askWrapUp } from './wrapUp/asking'

/** What an agent does to a conversation: shown at once, taken back with a reason when refused, undone from the toast. */
export function useActs() {
  const { t } = useI18n()
  const { source } = useLive()
  const overlay = useOverlay()
  const session = useSession()
  const problemText = useProblemText()
  const queries = useQueryClient()

  async function act(work: () => Promise<unknown>, onRefused?: (problem: Problem) => boolean) {
    try {
      await work()
      return true
    } catch (error) {
      if (error instanceof Problem && onRefused?.(error)) return false
      showToast(problemText(error), { tone: 'bad' })
      return false
    }
  }
  const setStatus = (id: string, status: Status, more?: { until?: string; reason?: string }, done?: () => void) => act(() => overlay.during(id, { status }, () => source.setStatus(id, status, more)), problem => {
    if (problem.code !== 'wrap_up_needed') return false
    askWrapUp({ id, resolve: true, reason: more?.reason, done })
    return true
  })
  const setAssignee = (id: string, to: Person | null) => act(() => overlay.during(id, { assignee: to }, () => source.assign(id, to?.id ?? null)))

  return {
    setStatus,
    snooze: (id: string, until: Date, reason: string) => setStatus(id, 'snoozed', { until: until.toISOString(), ...(reason.trim() ? { reason: reason.trim() } : {}) })
      .then(done => { if (done) showToast(t('conversations.snoozedToast'), { action: { label: t('ui.undo'), run: () => void setStatus(id, 'open') } }) }),
    setPriority: (id: string, priority: Priority) => act(() => overlay.during(id, { priority }, () => source.setPriority(id, priority))),
    addTag: (id: string, name: string) => act(async () => {
      await source.setTags(id, { add: [name] })
      await queries.invalidateQueries({ queryKey: workbenchKeys.tags })
    }),
    removeTag: (id: string, tag: Tag) => act(() => source.setTags(id, { remove: [tag.id] })),
    change: (id: string, change: { subject?: string; fields?: Record<string, FieldValue> }) => act(() => source.change(id, change)),
    assignTeam: (id: string, team: Named | null) => act(() => source.assignTeam(id, team?.id ?? null)),
    /** Refused: whoever asks says so, beside the words. */
    edit: (id: string, seq: number, text: string, format?: 'markdown') => source.edit(id, seq, text, format),
    recall: (id: string, seq: number) => act(() => source.recall(id, seq)),
    react: (id: string, seq: number, sign: string | null) => act(() => source.react(id, seq, sign)),
    /** `after`: when it waited for its wrap-up first. */
    async resolve(id: string, reason?: string, after?: () => void) {
      const done = setStatus(id, 'resolved', reason ? { reason } : undefined, after)
      // A refusal that comes at once (a wrap-up is needed) is no "resolved": what takes longer is shown as done.
      const soon = await Promise.race([done, new Promise<true>(resolve => setTimeout(() => resolve(true), 400))])
      if (soon) showToast(t('conversations.resolvedToast'), { action: { label: t('ui.undo'), run: () => void done.then(ok => ok && setStatus(id, 'open')) } })
      return soon
    },
    async reopen(id: string) {
      const done = setStatus(id, 'open')
      showToast(t('conversations.reopenedToast'), { action: { label: t('ui.undo'), run: () => void done.then(ok => ok && setStatus(id, 'resolved')) } })
      await done
    },
    async assign(id: string, from: Person | null, to: Person | null) {
      if (from?.id === to?.id) return
      const done = setAssignee(id, to)
      const text = to === null ? t('conversations.unassignedToast') : to.id === session.me?.id ? t('conversations.mineToast') : t('conversations.assignedToast', { name: to.name ?? '' })
      showToast(text, { action: { label: t('ui.undo'), run: () => void done.then(ok => ok && setAssignee(id, from)) } })
      await done
    },
  }
}
