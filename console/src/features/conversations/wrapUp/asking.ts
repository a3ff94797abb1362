import { computed, shallowRef } from 'vue'

/** The conversation whose wrap-up is open. `resolve`: it is resolved with it. */
export interface Asked { id: string; resolve: boolean; reason?: string | undefined; /** Looked at next when it is done. */ done?: (() => void) | undefined }

const waiting = shallowRef<readonly Asked[]>([])
/** The one somebody writes; what is asked for meanwhile waits for its turn. */
export const asked = computed(() => waiting.value[0] ?? null)
export function askWrapUp(what: Asked) {
  const same = waiting.value.some(one => one.id === what.id)
  waiting.value = same ? waiting.value.map(one => (one.id === what.id ? { ...one, ...what, resolve: one.resolve || what.resolve } : one)) : [...waiting.value, what]
}
export const closeWrapUp = () => { waiting.value = waiting.value.slice(1) }
