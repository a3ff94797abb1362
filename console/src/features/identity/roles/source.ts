import type { Http } from '@/api/client'

export const levels = ['clear', 'reveal', 'masked', 'hidden'] as const
export type Level = (typeof levels)[number]
export const fieldNames = ['name', 'phone', 'email', 'identities', 'fields', 'messages'] as const
export type FieldName = (typeof fieldNames)[number]
export const scopeKinds = ['all', 'tree', 'team', 'own', 'assigned', 'unassigned'] as const
export type ScopeKind = (typeof scopeKinds)[number]
export interface Scope { who: ScopeKind[]; channels: string[] | null; tags: string[] | null }
export interface Hours { from: string; to: string; days: number[] | null; timeZone: string | null }
export interface Conditions {
  networks: string[] | null
  hours: Hours | null
  secondFactor: boolean
  proofMinutes: number | null
  revealsPerDay: number | null
  exportsPerDay: number | null
  secondPerson: string[] | null
}
export interface Policy {
  permissions: string[]
  scope: Scope
  handling: Scope | null
  fields: Record<FieldName, Level>
  conditions: Conditions
  colleagues: 'all' | 'teams'
}
export interface RoleRow {
  id: string
  name: string
  description: string | null
  builtIn: boolean
  policy: Policy
  duties: string[]
  agents: number
  mayGive: boolean
  mayChange: boolean
  version: number
  createdAt: string
  changedAt: string
}
export interface PermissionRow { name: string; resource: string; duty: string | null; scoped: boolean; sensitive: boolean; own: boolean }
export interface Holder { id: string; name: string; disabled: boolean }
export interface Access { separatedDuties: boolean; officers: Record<'system' | 'security' | 'audit', Holder[]> }
export interface SampleRow {
  id: string
  status: string
  subject: string | null
  contact: { id: string; name: string | null }
  channel: { kind: string; name: string }
  assignee: { name: string } | null
  lastMessage: { text: string | null } | null
}
export interface Sight {
  permissions: string[]
  fields: Record<FieldName, Level>
  conversations: number
  byStatus: Record<string, number>
  handled: number
  contacts: number
  partly: boolean
  samples: SampleRow[]
}

export const rolesKey = ['roles'] as const
export const permissionsKey = ['permissions'] as const
export const accessKey = ['access'] as const

/** Roles, what they give, and who has them. */
export const rolesSource = (http: Http) => ({
  roles: async () => (await http.get<{ items: RoleRow[] }>('/api/v1/roles')).items,
  permissions: async () => (await http.get<{ items: PermissionRow[] }>('/api/v1/permissions')).items,
  holders: async (id: string) => (await http.get<{ items: Holder[] }>(`/api/v1/roles/${id}/agents`)).items,
  create: (name: string, description: string, policy: Policy) => http.post<RoleRow>('/api/v1/roles', { name, description, policy }),
  change: (id: string, change: { name?: string; description?: string; policy?: Policy; version: number }) => http.patch<RoleRow>(`/api/v1/roles/${id}`, change),
  remove: (id: string) => http.remove(`/api/v1/roles/${id}`),
  access: () => http.get<Access>('/api/v1/access'),
  keepApart: (separatedDuties: boolean) => http.patch<Access>('/api/v1/access', { separatedDuties }),
  preview: (wish: { agentId?: string | undefined; roles?: string[]; policy?: Policy }) => http.post<Sight>('/api/v1/roles/preview', wish),
})
export type RolesSource = ReturnType<typeof rolesSource>
