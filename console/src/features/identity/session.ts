import { computed, shallowRef } from 'vue'
import { defineStore } from 'pinia'
import type { Session } from '@/api/types'

/** As `Permissions` of the server names them. */
export type Permission = `${string}.${string}`

export const useSession = defineStore('session', () => {
  const session = shallowRef<Session | null>(null)
  /** Ended while the agent was at work: signing in leads back to where they were. */
  const expired = shallowRef(false)
  const me = computed(() => session.value?.agent ?? null)
  return {
    session,
    expired,
    me,
    can: (permission: Permission) => session.value?.permissions.includes(permission) ?? false,
    begin(now: Session) {
      session.value = now
      expired.value = false
    },
    end(byServer: boolean) {
      expired.value = byServer && session.value !== null
      session.value = null
    },
  }
})
