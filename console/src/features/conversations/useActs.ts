import { useI18n } from 'vue-i18n'
import { useProblemText } from '@/api/useProblem'
import { useSession } from '@/features/identity'
import type { Person } from '@/api/types'
import { showToast } from '@/ui'
import { useLive } from './live'
import { useOverlay } from './overlay'

/** What an agent does to a conversation: shown at once, taken back with a reason when refused, undone from the toast. */
export function useActs() {
  const { t } = useI18n()
  const { source } = useLive()
  const overlay = useOverlay()
  const session = useSession()
  const problemText = useProblemText()

  async function act(work: () => Promise<void>) {
    try {
      await work()
      return true
    } catch (error) {
      showToast(problemText(error), { tone: 'bad' })
      return false
    }
  }
  const setStatus = (id: string, status: 'open' | 'resolved') => act(() => overlay.during(id, { status }, () => source.setStatus(id, status)))
  const setAssignee = (id: string, to: Person | null) => act(() => overlay.during(id, { assignee: to }, () => source.assign(id, to?.id ?? null)))

  return {
    async resolve(id: string) {
      const done = setStatus(id, 'resolved')
      showToast(t('conversations.resolvedToast'), { action: { label: t('ui.undo'), run: () => void done.then(ok => ok && setStatus(id, 'open')) } })
      await done
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
