import { fieldNames } from './source'
import type { PermissionRow, Policy, Scope } from './source'

/** What a new role begins with: as a member of the service team has it. */
export const emptyPolicy = (): Policy => ({
  permissions: ['conversations.read', 'conversations.reply', 'conversations.assign', 'contacts.read', 'agents.read', 'channels.read'],
  scope: { who: ['own', 'unassigned'], channels: null, tags: null },
  handling: null,
  fields: { name: 'clear', phone: 'reveal', email: 'reveal', identities: 'masked', fields: 'clear', messages: 'clear' },
  conditions: { networks: null, hours: null, secondFactor: false, proofMinutes: null, revealsPerDay: null, exportsPerDay: null, secondPerson: null },
  colleagues: 'all',
})

export const copyOf = (policy: Policy): Policy => JSON.parse(JSON.stringify(policy)) as Policy

/** Permissions of one thing together, in the order in which the server names them. */
export function byResource(permissions: readonly PermissionRow[]) {
  const groups = new Map<string, PermissionRow[]>()
  for (const one of permissions) groups.set(one.resource, [...(groups.get(one.resource) ?? []), one])
  return [...groups].map(([resource, items]) => ({ resource, items }))
}

export interface Difference { what: string; left: string; right: string }

/** Where two roles differ, as keys and values that a screen has words for. */
export function differences(left: Policy, right: Policy): Difference[] {
  const found: Difference[] = []
  const say = (what: string, one: string, other: string) => { if (one !== other) found.push({ what, left: one, right: other }) }
  for (const name of [...new Set([...left.permissions, ...right.permissions])].sort())
    say(`permission:${name}`, left.permissions.includes(name) ? 'yes' : 'no', right.permissions.includes(name) ? 'yes' : 'no')
  say('scope', scopeText(left.scope), scopeText(right.scope))
  say('handling', scopeText(left.handling), scopeText(right.handling))
  for (const name of fieldNames) say(`field:${name}`, left.fields[name], right.fields[name])
  say('colleagues', left.colleagues, right.colleagues)
  for (const key of Object.keys(left.conditions) as (keyof Policy['conditions'])[])
    say(`condition:${key}`, JSON.stringify(left.conditions[key] ?? null), JSON.stringify(right.conditions[key] ?? null))
  return found
}

/** A scope as text that can be compared; null: as it is seen. */
export const scopeText = (scope: Scope | null) => scope === null ? '' : JSON.stringify({ who: [...scope.who].sort(), channels: scope.channels?.length ?? 0, tags: scope.tags?.length ?? 0 })
