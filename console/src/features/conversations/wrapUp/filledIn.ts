import type { FieldValue } from '@/api/types'
import type { CustomField } from '../workbench'

type Values = Readonly<Record<string, FieldValue | undefined>>

/** Of what can be chosen, what can still be chosen: what is archived would be refused, and could not be taken away here. */
function offered(field: CustomField, value: FieldValue | undefined): FieldValue | undefined {
  const open = (id: unknown) => field.options.some(option => option.id === id && !option.archived)
  if (field.kind === 'single') return open(value) ? value : undefined
  if (field.kind !== 'multi' || !Array.isArray(value)) return value
  const left = value.filter(open)
  return left.length ? left : undefined
}

/** What the conversation says already is not asked for again. What may stand there masked is left to whoever writes it. */
export const filledIn = (asked: readonly string[], known: readonly CustomField[], values: Values): Record<string, FieldValue> =>
  Object.fromEntries(known.filter(field => asked.includes(field.key) && field.class !== 'personal').map(field => [field.key, offered(field, values[field.key])] as const)
    .filter((pair): pair is [string, FieldValue] => pair[1] !== undefined))

const said = (value: FieldValue | undefined) => (value === undefined || value === '' || (Array.isArray(value) && !value.length) ? null : value)

/** What is otherwise than it was filled in; null: it was taken away. */
export const changedFields = (before: Values, now: Values): Record<string, FieldValue> =>
  Object.fromEntries(Object.keys({ ...before, ...now }).map(key => [key, said(now[key])] as const).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(said(before[key]))))
