import { reactive } from 'vue'
import { useHttp } from '@/api/http'
import { useProblemText } from '@/api/useProblem'
import { showToast } from '@/ui'

export interface Translation { text: string; from: string; to: string; by: string }
type Entry = { state: 'asking' } | ({ state: 'shown' | 'hidden' } & Translation)

/** What was translated in this page, by conversation and seq. Never stored: what was said stays what was said. */
const known = reactive(new Map<string, Entry>())
const keyOf = (conversation: string, seq: number) => `${conversation}:${seq}`

/** A language as people of this locale call it. */
export function languageName(tag: string, locale: string) {
  try {
    return tag === 'und' ? '' : (new Intl.DisplayNames([locale], { type: 'language' }).of(tag) ?? tag)
  } catch {
    return tag
  }
}

export function useTranslating() {
  const http = useHttp()
  const problemText = useProblemText()
  const ask = (conversation: string, what: { seq: number } | { text: string }) => http.post<Translation>(`/api/v1/conversations/${conversation}/translations`, what)

  return {
    of: (conversation: string, seq: number) => known.get(keyOf(conversation, seq)),
    /** Shows the translation of a message, or hides it again. */
    async toggle(conversation: string, seq: number) {
      const key = keyOf(conversation, seq)
      const entry = known.get(key)
      if (entry?.state === 'asking') return
      if (entry) return void known.set(key, { ...entry, state: entry.state === 'shown' ? 'hidden' : 'shown' })
      known.set(key, { state: 'asking' })
      try {
        known.set(key, { state: 'shown', ...(await ask(conversation, { seq })) })
      } catch (error) {
        known.delete(key)
        showToast(problemText(error), { tone: 'bad' })
      }
    },
    /** A draft in the customer's language; null when none came. */
    async draft(conversation: string, text: string): Promise<Translation | null> {
      try {
        return await ask(conversation, { text })
      } catch (error) {
        showToast(problemText(error), { tone: 'bad' })
        return null
      }
    },
    /** After a message changed, and in tests. */
    forget: (conversation: string, seq: number) => known.delete(keyOf(conversation, seq)),
  }
}
