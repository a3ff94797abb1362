/** The JSON Schema of a kind's settings, as the server writes it. */
export interface Schema {
  properties: Record<string, Property>
  required?: string[]
}
export interface Property {
  type: 'string' | 'number' | 'boolean'
  title: string
  description?: string
  default?: string
  pattern?: string
  enum?: string[]
  format?: string
  writeOnly?: boolean
  'x-where'?: string
  /** Comes by consenting at the platform. */
  'x-granted'?: boolean
}

/** One line of the form that a schema draws. */
export interface Field {
  key: string
  label: string
  hint: string | undefined
  where: string | undefined
  control: 'text' | 'secret' | 'long' | 'toggle' | 'choice'
  choices: string[]
  required: boolean
  /** Settings that most leave alone. */
  rare: boolean
}

const rare = new Set(['apiBaseUrl', 'windowHours', 'windowMessages', 'apiVersion', 'region', 'kfAccount', 'safeMode', 'waitingText'])
/** Made by the server; nobody has to think of one. */
const made = new Set(['hookSecret'])

export function fieldsOf(schema: Schema): Field[] {
  return Object.entries(schema.properties).filter(([key]) => !made.has(key)).map(([key, property]) => ({
    key,
    label: property.title,
    hint: property.description,
    where: property['x-where'],
    control: control(key, property),
    choices: property.enum ?? [],
    required: (schema.required ?? []).includes(key),
    rare: rare.has(key) || property['x-granted'] === true,
  }))
}

function control(key: string, property: Property): Field['control'] {
  if (property.type === 'boolean') return 'toggle'
  if (property.enum) return 'choice'
  if (/privateKey|serviceAccount/i.test(key) || property.format === 'multiline') return 'long'
  return property.writeOnly ? 'secret' : 'text'
}

export type Values = Record<string, string>

export function valuesOf(schema: Schema, open: Record<string, unknown>): Values {
  return Object.fromEntries(Object.entries(schema.properties).map(([key, property]) => [key, String(open[key] ?? property.default ?? (property.type === 'boolean' ? 'false' : ''))]))
}

/** What is sent: a secret that was not typed anew is left out, so it stays as it is. */
export function draftOf(schema: Schema, values: Values): Values {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => {
    const property = schema.properties[key]
    if (!property) return []
    const text = value.trim()
    if (property.writeOnly) return text ? [[key, text]] : []
    return text || property.type === 'boolean' ? [[key, text]] : []
  }))
}

/** Required fields that nobody has filled in, now or before. */
export function missing(fields: readonly Field[], values: Values, secrets: readonly string[]): string[] {
  return fields.filter(one => one.required && !values[one.key]?.trim() && !secrets.includes(one.key)).map(one => one.key)
}

export interface Row { name: string; settings: Values }
export interface Import { rows: Row[]; problems: { line: number; text: string }[] }

/** Several channels of a kind at once: a heading of field names (and "name"), a line each, cut by tabs or commas. */
export function readRows(text: string, schema: Schema): Import {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: index + 1, text: line })).filter(one => one.text.trim())
  const [head, ...rest] = lines
  if (!head) return { rows: [], problems: [] }
  const cut = head.text.includes('\t') ? '\t' : ','
  const keys = head.text.split(cut).map(key => key.trim())
  const unknown = keys.filter(key => key !== 'name' && !schema.properties[key])
  if (unknown.length || !keys.includes('name')) return { rows: [], problems: [{ line: head.line, text: unknown.join(', ') || 'name' }] }
  const required = (schema.required ?? []).filter(key => !made.has(key))
  const result: Import = { rows: [], problems: [] }
  for (const one of rest) {
    const cells = one.text.split(cut).map(cell => cell.trim())
    const all = Object.fromEntries(keys.map((key, index) => [key, cells[index] ?? '']))
    const { name = '', ...settings } = all
    const empty = ['name', ...required].filter(key => !all[key])
    if (cells.length !== keys.length || empty.length) result.problems.push({ line: one.line, text: empty.join(', ') || String(cells.length) })
    else result.rows.push({ name, settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value)) })
  }
  return result
}
