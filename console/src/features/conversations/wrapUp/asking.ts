import { shallowRef } from 'vue'

/** The conversation whose wrap-up is open. `resolve`: it is resolved with it. */
export interface Asked { id: string; resolve: boolean; reason?: string | undefined; /** Looked at next when it is done. */ done?: (() => void) | undefined }
export const asked = shallowRef<Asked | null>(null)
export const askWrapUp = (what: Asked) => { asked.value = what }
