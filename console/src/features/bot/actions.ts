import type { ActionDefinition, ActionParameter, ActionRequest } from './source'

const bare: ActionDefinition = { name: '', method: 'POST', url: 'https://', parameters: [], body: true, output: {}, timeoutMs: 5000, confirm: false, verify: false }

export const emptyAction = (): ActionRequest => ({ key: '', definition: { ...bare }, enabled: true, headers: null })

/** A refund is a wish for money: it is confirmed by the customer, and asked for by somebody who is known. */
export const refundAction = (name: string): ActionRequest => ({
  key: 'refund_request',
  definition: {
    ...bare, name, url: 'https://erp.example.com/refunds', confirm: true, verify: true,
    parameters: [{ name: 'order_id', type: 'string', required: true, maxLength: 40, options: null }, { name: 'reason', type: 'string', required: true, maxLength: 200, options: null }],
    output: { id: '/refund/id', status: '/refund/status' },
  },
  enabled: true,
  headers: null,
})

/** One line, one parameter: `order_id: string`, `note?: string(500)`, `kind: string = a; b`. */
export const writeParameters = (all: ActionParameter[]) => all.map(one => `${one.name}${one.required ? '' : '?'}: ${one.type}${one.maxLength === 200 ? '' : `(${one.maxLength})`}${one.options?.length ? ` = ${one.options.join('; ')}` : ''}`).join('\n')

export function readParameters(text: string): ActionParameter[] | null {
  const read: ActionParameter[] = []
  for (const line of text.split('\n').map(one => one.trim()).filter(Boolean)) {
    const found = /^([a-z][a-z0-9_]*)(\??)\s*(?::\s*(string|number|boolean)(?:\((\d{1,4})\))?)?\s*(?:=\s*(.+))?$/.exec(line)
    if (!found) return null
    read.push({ name: found[1]!, required: !found[2], type: (found[3] ?? 'string') as ActionParameter['type'], maxLength: found[4] ? Number(found[4]) : 200, options: found[5] ? found[5].split(';').map(one => one.trim()).filter(Boolean) : null })
  }
  return read
}

/** One line, one pair: `name = value`. */
export const writePairs = (pairs: Record<string, string>) => Object.entries(pairs).map(([name, value]) => `${name} = ${value}`).join('\n')

export function readPairs(text: string, separator = '='): Record<string, string> | null {
  const pairs: Record<string, string> = {}
  for (const line of text.split('\n').map(one => one.trim()).filter(Boolean)) {
    const at = line.indexOf(separator)
    if (at < 1) return null
    pairs[line.slice(0, at).trim()] = line.slice(at + 1).trim()
  }
  return pairs
}
