import type { Flow, FlowStep } from './source'

export const stepKinds = ['say', 'ask', 'choose', 'confirm', 'call', 'if', 'set', 'verify', 'person', 'end'] as const
export const slotTypes = ['text', 'number', 'order', 'phone', 'email', 'date', 'money', 'yes_no'] as const

/** The ways out of a step, as the server has them. */
export function exitsOf(kind: string): string[] {
  switch (kind) {
    case 'confirm': return ['yes', 'no']
    case 'call': return ['ok', 'not_found', 'failed']
    case 'if': return ['then', 'else']
    case 'verify': return ['ok', 'failed']
    case 'person': case 'end': return []
    default: return ['next']
  }
}

const usual: Record<string, string> = { confirm: 'yes', call: 'ok', if: 'else', verify: 'ok' }

export interface Edge { from: string; to: string; name: string }

/** Every way in the flow, those that only follow from the order as well. */
export function edgesOf(flow: Flow): Edge[] {
  return flow.steps.flatMap((step, i) => {
    const said = Object.entries(step.exits).map(([name, to]) => ({ from: step.id, to, name }))
    const name = usual[step.kind] ?? 'next'
    const below = flow.steps[i + 1]
    return exitsOf(step.kind).includes(name) && !step.exits[name] && below ? [...said, { from: step.id, to: below.id, name }] : said
  })
}

export interface Place { id: string; x: number; y: number }
export const box = { width: 208, height: 84, gapX: 36, gapY: 44 }

/** Steps in rows by how far they are from the beginning; what nothing leads to stands last. */
export function placesOf(flow: Flow): { places: Map<string, Place>; width: number; height: number } {
  const edges = edgesOf(flow)
  const depth = new Map<string, number>()
  const open = flow.steps[0] ? [flow.steps[0].id] : []
  if (open[0]) depth.set(open[0], 0)
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    for (const edge of edges.filter(one => one.from === id)) {
      if (depth.has(edge.to)) continue
      depth.set(edge.to, depth.get(id)! + 1)
      open.push(edge.to)
    }
  }
  const last = Math.max(-1, ...depth.values()) + 1
  const rows = new Map<number, string[]>()
  for (const step of flow.steps) rows.set(depth.get(step.id) ?? last, [...(rows.get(depth.get(step.id) ?? last) ?? []), step.id])
  const widest = Math.max(1, ...[...rows.values()].map(row => row.length))
  const width = widest * (box.width + box.gapX)
  const places = new Map<string, Place>()
  for (const [row, ids] of rows) {
    const offset = (width - ids.length * (box.width + box.gapX) + box.gapX) / 2
    ids.forEach((id, i) => places.set(id, { id, x: offset + i * (box.width + box.gapX), y: row * (box.height + box.gapY) + 8 }))
  }
  return { places, width, height: (Math.max(0, ...rows.keys()) + 1) * (box.height + box.gapY) }
}

export const newStep = (flow: Flow): FlowStep => {
  let n = flow.steps.length + 1
  while (flow.steps.some(step => step.id === `step_${n}`)) n++
  return { id: `step_${n}`, kind: 'say', text: '', exits: {} }
}

/** Lines of two texts: `same`, `gone` or `new`, in reading order. The longest run of common lines stays. */
export function linesBetween(before: string, after: string): { mark: 'same' | 'gone' | 'new'; text: string }[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!)
  const lines: { mark: 'same' | 'gone' | 'new'; text: string }[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { lines.push({ mark: 'same', text: a[i]! }); i++; j++ }
    else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) lines.push({ mark: 'gone', text: a[i++]! })
    else lines.push({ mark: 'new', text: b[j++]! })
  }
  return lines
}
