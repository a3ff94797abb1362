import type { Field } from '../source'
import type { ImportPlan, ImportView } from './source'

export const encodings = ['utf-8', 'gb18030', 'big5', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export const delimiters = [',', ';', '\t', '|'] as const
export const identityKinds = ['email', 'phone', 'user', 'wechat', 'crm', 'other'] as const
export const consentPurposes = ['marketing', 'analytics', 'sensitive', 'third_party', 'cross_border'] as const

/** The plan to begin with: what was asked last, else what the columns seem to hold. */
export function planOf(view: ImportView): ImportPlan {
  if (view.plan && view.plan.columns.length === view.columns?.length) return view.plan
  return { format: view.format, columns: (view.columns ?? []).map(column => column.guess), existing: 'fill', addNew: true, matchBy: null, channelId: null, addTags: null }
}

export const kindOf = (target: string) => (target.startsWith('identity:') ? target.slice('identity:'.length) : null)
const mayRepeat = (target: string) => target === 'ignore' || target === 'tags' || kindOf(target) !== null

/** What a column may hold: everything but what another column holds already and cannot be twice. */
export function targetsFor(column: number, columns: readonly string[], fields: readonly Pick<Field, 'key'>[]): string[] {
  const own = columns[column]
  const known = kindOf(own ?? '')
  const kinds: string[] = [...identityKinds]
  if (known && !kinds.includes(known)) kinds.push(known)
  return ['ignore', 'name', ...kinds.map(kind => `identity:${kind}`), 'tags', ...fields.map(field => `field:${field.key}`), ...consentPurposes.map(purpose => `consent:${purpose}`), 'consent_at', 'id']
    .filter(target => target === own || mayRepeat(target) || !columns.includes(target))
}

/** Kinds of identities that the file brings. */
export const kindsOf = (columns: readonly string[]) => [...new Set(columns.map(kindOf).filter(kind => kind !== null))]

/** Somebody can come of it: a name or an identity is there. */
export const namesSomebody = (columns: readonly string[]) => columns.some(target => target === 'name' || kindOf(target) !== null)

export const isAtWork = (view: ImportView) => ['checking', 'waiting', 'running'].includes(view.state) || ['waiting', 'running'].includes(view.undo?.state ?? '')
