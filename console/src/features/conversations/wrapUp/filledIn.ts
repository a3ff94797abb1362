import type { FieldValue } from '@/api/types'
import type { CustomField } from '../workbench'

/** What the conversation says already is not asked for again. What may stand there masked is left to whoever writes it. */
export const filledIn = (asked: readonly string[], known: readonly CustomField[], values: Readonly<Record<string, FieldValue>>): Record<string, FieldValue> =>
  Object.fromEntries(known.filter(field => asked.includes(field.key) && field.class !== 'personal' && values[field.key] !== undefined).map(field => [field.key, values[field.key]!]))
