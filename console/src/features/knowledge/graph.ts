import type { Edge } from './source'

export interface PlacedNode { name: string; x: number; y: number; column: number }
export interface PlacedEdge { edge: Edge; d: string; x: number; y: number; on: boolean }
export interface Picture { nodes: PlacedNode[]; edges: PlacedEdge[]; width: number; height: number; left: number }

export const node = { width: 176, height: 44 }
const gap = { x: 128, y: 16 }
const reach = { after: 4, before: 2, most: 60 }

/** What nothing leads to: products and topics, the most connected first. */
export function roots(edges: readonly Edge[]): string[] {
  const led = new Set(edges.map(edge => edge.target))
  const degree = new Map<string, number>()
  for (const edge of edges) degree.set(edge.subject, (degree.get(edge.subject) ?? 0) + 1)
  const names = [...degree.keys()].filter(name => !led.has(name))
  return (names.length ? names : [...degree.keys()]).sort((a, b) => (degree.get(b) ?? 0) - (degree.get(a) ?? 0) || a.localeCompare(b))
}

/** The column of everything that is near a name: what leads to it is left of it, what follows from it right. */
function columns(edges: readonly Edge[], focus: string): Map<string, number> {
  const at = new Map([[focus, 0]])
  for (const [side, most, from, to] of [[1, reach.after, 'subject', 'target'], [-1, reach.before, 'target', 'subject']] as const) {
    let row = [focus]
    for (let depth = 1; depth <= most && row.length; depth++) {
      const next: string[] = []
      for (const name of row)
        for (const edge of edges)
          if (edge[from] === name && !at.has(edge[to]) && at.size < reach.most) {
            at.set(edge[to], side * depth)
            next.push(edge[to])
          }
      row = next
    }
  }
  return at
}

/** A picture around a name, in columns from left to right; facts on the path stand out. */
export function pictureOf(edges: readonly Edge[], focus: string, path: readonly { subject: string; relation: string; target: string }[] = []): Picture {
  const at = columns(edges, focus)
  const seen = edges.filter(edge => at.has(edge.subject) && at.has(edge.target))
  const numbers = [...new Set(at.values())].sort((a, b) => a - b)
  const rank = new Map<string, number>()
  const byColumn = numbers.map(number => [...at].filter(([, column]) => column === number).map(([name]) => name))
  // From the focus outwards, each stands beside those it belongs to.
  for (const number of [...numbers].sort((a, b) => Math.abs(a) - Math.abs(b))) {
    const names = byColumn[numbers.indexOf(number)]!
    const wish = (name: string) => {
      const near = seen.filter(edge => edge.subject === name || edge.target === name).map(edge => rank.get(edge.subject === name ? edge.target : edge.subject)).filter(one => one !== undefined)
      return near.length ? near.reduce((sum, one) => sum + one, 0) / near.length : 0
    }
    names.sort((a, b) => wish(a) - wish(b))
    names.forEach((name, row) => rank.set(name, row - (names.length - 1) / 2))
  }
  const tallest = Math.max(...byColumn.map(names => names.length))
  const height = tallest * (node.height + gap.y) + gap.y
  const x = (column: number) => gap.y + (column - numbers[0]!) * (node.width + gap.x)
  const nodes = [...at].map(([name, column]) => ({ name, column, x: x(column), y: height / 2 + (rank.get(name) ?? 0) * (node.height + gap.y) - node.height / 2 }))
  const of = new Map(nodes.map(one => [one.name, one]))
  const lines = seen.map(edge => {
    const [from, to] = [of.get(edge.subject)!, of.get(edge.target)!]
    const on = path.some(fact => fact.subject === edge.subject && fact.relation === edge.relation && fact.target === edge.target)
    return { edge, on, ...curve(from, to) }
  })
  return { nodes, edges: lines, width: x(numbers[numbers.length - 1]!) + node.width + gap.y, height, left: of.get(focus)!.x }
}

function curve(from: PlacedNode, to: PlacedNode): { d: string; x: number; y: number } {
  const middle = (one: PlacedNode) => one.y + node.height / 2
  const right = to.column > from.column
  const [x1, x2] = right ? [from.x + node.width, to.x] : from.column === to.column ? [from.x + node.width, to.x + node.width] : [from.x, to.x + node.width]
  const [y1, y2] = [middle(from), middle(to)]
  const bend = right ? gap.x / 2 : from.column === to.column ? gap.x / 2 : -gap.x / 2
  const [c1, c2] = from.column === to.column ? [x1 + bend, x2 + bend] : [x1 + bend, x2 - bend]
  // Lines part towards their ends: the word stands where they are apart.
  const part = 0.66
  const mix = (a: number, b: number, c: number, d: number) => (1 - part) ** 3 * a + 3 * (1 - part) ** 2 * part * b + 3 * (1 - part) * part ** 2 * c + part ** 3 * d
  return { d: `M${x1} ${y1}C${c1} ${y1} ${c2} ${y2} ${x2} ${y2}`, x: mix(x1, c1, c2, x2), y: mix(y1, y1, y2, y2) }
}
