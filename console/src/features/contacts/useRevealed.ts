import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { Contact } from './source'

/** What was revealed stays for the minutes that the server names, for this contact alone. */
export function useRevealed(contact: () => Contact) {
  const shown = shallowRef<{ contact: Contact; until: Date } | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  const hide = () => {
    clearTimeout(timer)
    shown.value = null
  }
  watch(() => contact().id, hide)
  onScopeDispose(hide)
  return {
    /** The contact as it may be seen now. */
    view: computed(() => shown.value?.contact ?? contact()),
    until: computed(() => shown.value?.until ?? null),
    hide,
    show(revealed: Contact, until: Date) {
      hide()
      shown.value = { contact: revealed, until }
      timer = setTimeout(hide, Math.max(0, until.getTime() - Date.now()))
    },
  }
}
