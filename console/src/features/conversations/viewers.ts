import { shallowRef } from 'vue'
import type { ViewingFrame } from '@/realtime'

export interface Viewer { id: string; name: string }

const again = 25_000
/** Whoever closes the page never says so. */
const lasts = 60_000

/** Who else has the conversation open that is open here. Nobody keeps it: each says so now and then, and to who comes new. */
export function createViewers(send: (conversation: string, on: boolean) => void, isVisible = () => document.visibilityState === 'visible') {
  const others = shallowRef<readonly Viewer[]>([])
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let open: string | null = null
  let beat: ReturnType<typeof setInterval> | undefined

  const say = () => { if (open && isVisible()) send(open, true) }
  function leave(id: string) {
    clearTimeout(timers.get(id))
    timers.delete(id)
    if (others.value.some(one => one.id === id)) others.value = others.value.filter(one => one.id !== id)
  }
  return {
    others,
    say,
    /** The conversation that is looked at now; null: none. */
    look(conversation: string | null) {
      if (conversation === open) return
      if (open) send(open, false)
      clearInterval(beat)
      for (const id of [...timers.keys()]) leave(id)
      open = conversation
      if (!open) return
      say()
      beat = setInterval(say, again)
    },
    heard({ conversation, data: { id, name, on } }: ViewingFrame, me: string | undefined) {
      if (conversation !== open || id === me) return
      if (!on) return leave(id)
      clearTimeout(timers.get(id))
      timers.set(id, setTimeout(() => leave(id), lasts))
      if (others.value.some(one => one.id === id)) return
      others.value = [...others.value, { id, name }]
      say()
    },
  }
}
