import { onScopeDispose, ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { Known } from '@/realtime'

const dwell = 600

/** "Read" means seen: the tab is in front, the end of the conversation in view, and the agent stayed for a moment. */
export function useReadMark({ known, atBottom, enabled, me, read }: {
  known: Ref<Known | undefined>
  atBottom: Ref<boolean>
  enabled: Ref<boolean>
  /** Whose mentions are seen by looking. */
  me: () => string | undefined
  read: (id: string, seq: number) => Promise<void>
}) {
  const inFront = ref(document.hasFocus())
  const look = () => (inFront.value = document.hasFocus() && document.visibilityState === 'visible')
  const events = ['focus', 'blur'] as const
  for (const name of events) window.addEventListener(name, look)
  document.addEventListener('visibilitychange', look)

  let timer: ReturnType<typeof setTimeout> | undefined
  let told = ''
  watch([known, atBottom, inFront, enabled], () => {
    clearTimeout(timer)
    const now = known.value
    if (!now || !atBottom.value || !inFront.value || !enabled.value) return
    const named = now.head.unseenMentions.includes(me() ?? '')
    const last = now.items.findLast(item => (named ? item.kind === 'note' : item.kind === 'message' && item.direction === 'in'))
    if (!last || (!named && last.seq <= now.head.agentReadSeq) || told === last.id) return
    timer = setTimeout(() => {
      told = last.id
      read(now.head.id, now.seq).catch(() => (told = ''))
    }, dwell)
  }, { immediate: true })

  onScopeDispose(() => {
    clearTimeout(timer)
    for (const name of events) window.removeEventListener(name, look)
    document.removeEventListener('visibilitychange', look)
  })
}
