import { computed, nextTick } from 'vue'
import type { Ref } from 'vue'
import { useSession } from '@/features/identity'
import { cannedAt, fillIn, insertCanned } from './canned'

interface Field {
  text: Ref<string>
  caret: Ref<number>
  area: Readonly<Ref<HTMLTextAreaElement | null>>
  on: () => boolean
  /** What is known of the conversation, by the names that texts use. */
  about: () => Readonly<Record<string, string | null>>
  done: () => void
}

/** Looks for canned replies behind a slash, and puts the chosen one in its place with the first gap selected. */
export function useCanned({ text, caret, area, on, about, done }: Field) {
  const session = useSession()
  const seeking = computed(() => (on() ? cannedAt(text.value, caret.value) : null))
  async function put(reply: { body: string }) {
    if (!seeking.value) return
    const filled = fillIn(reply.body, { ...about(), 'agent.name': session.me?.name, 'workspace.name': session.session?.workspace.name })
    const next = insertCanned(text.value, caret.value, seeking.value.from, filled)
    text.value = next.text
    await nextTick()
    area.value?.setSelectionRange(...next.select)
    done()
  }
  return { seeking, put }
}
