import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useHttp } from '@/api/http'
import { roleKey } from '../roleKey'
import { rolesKey, rolesSource } from './source'
import type { RoleRow } from './source'

/** All roles, and what they are called in the reader's language. */
export function useRoles() {
  const { t } = useI18n()
  const source = rolesSource(useHttp())
  const query = useQuery({ queryKey: rolesKey, queryFn: source.roles, staleTime: 15_000 })
  const roles = computed(() => query.data.value ?? [])
  const nameOf = (id: string) => {
    const role = roles.value.find(one => one.id === id)
    return role && !role.builtIn ? role.name : t(roleKey(id))
  }
  const textOf = (role: RoleRow) => role.builtIn ? t(`roles.builtIn.${role.id}`) : role.description ?? ''
  /** Those that the reader may give to somebody. */
  const toGive = computed(() => roles.value.filter(role => role.mayGive).map(role => ({ value: role.id, label: nameOf(role.id) })))
  return { source, query, roles, nameOf, textOf, toGive }
}
