import { computed, nextTick, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { Problem } from './client'

/** Text for people: ours by code where we have one, else the server's localised detail. */
export function useProblemText() {
  const { t, te } = useI18n()
  return (error: unknown): string => {
    if (!(error instanceof Problem)) return t('errors.internal')
    if (error.code === 'rate_limited' || error.code === 'busy') return t(`errors.${error.code}`, { seconds: error.retryAfterSeconds ?? 5 })
    if (error.detail) return error.detail
    return te(`errors.${error.code}`) ? t(`errors.${error.code}`) : t('errors.internal')
  }
}

/** One form's sending state: busy, the message for the whole form, and the messages next to fields. */
export function useSubmit() {
  const text = useProblemText()
  const busy = shallowRef(false)
  const failure = shallowRef<unknown>(null)
  const problem = computed({ get: () => (failure.value instanceof Problem ? failure.value : null), set: now => (failure.value = now) })
  const message = computed(() => (failure.value === null ? null : text(failure.value)))
  /** What was put before a second person (202) is no failure. */
  const tone = computed(() => (problem.value?.status === 202 ? 'brand' as const : 'bad' as const))
  const field = (...names: string[]) => {
    for (const [name, messages] of Object.entries(problem.value?.fields ?? {}))
      if (names.some(wanted => wanted.toLowerCase() === name.toLowerCase())) return messages[0]
    return undefined
  }
  async function submit(work: () => Promise<void>) {
    if (busy.value) return
    busy.value = true
    failure.value = null
    try {
      await work()
    } catch (error) {
      failure.value = error
      await nextTick()
      document.querySelector<HTMLElement>('form [aria-invalid=true]')?.focus()
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, message, tone, field, submit }
}
