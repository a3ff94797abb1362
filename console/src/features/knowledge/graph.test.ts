import { expect, it } from 'vitest'
import { node, pictureOf, roots } from './graph'
import type { Edge } from './source'

const facts = (...lines: string[]): Edge[] => lines.map((line, at) => {
  const [subject, relation, target] = line.split('>')
  return { id: String(at), baseId: 'b', subject: subject!, relation: relation!, target: target!, audience: 'public' }
})

it('begins with what nothing leads to', () => {
  expect(roots(facts('H1>problem>no mist', 'no mist>cause>scale', 'H2>problem>noise', 'H2>problem>leak'))).toEqual(['H2', 'H1'])
  expect(roots(facts('a>x>b', 'b>x>a')).length).toBe(2)
})

it('puts causes left and effects right, nobody above somebody else, and marks the path', () => {
  const edges = facts('H1>problem>no mist', 'H1>problem>noise', 'no mist>cause>scale', 'scale>fix>vinegar', 'noise>cause>fan', 'fan>see>no mist')
  const picture = pictureOf(edges, 'no mist', [{ subject: 'no mist', relation: 'cause', target: 'scale' }])
  const column = (name: string) => picture.nodes.find(one => one.name === name)?.column
  expect([column('H1'), column('no mist'), column('scale'), column('vinegar')]).toEqual([-1, 0, 1, 2])
  expect(picture.edges.filter(one => one.on).map(one => one.edge.target)).toEqual(['scale'])
  for (const a of picture.nodes)
    for (const b of picture.nodes)
      if (a !== b && a.x === b.x) expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(node.height)
  for (const one of picture.nodes) {
    expect(one.x).toBeGreaterThanOrEqual(0)
    expect(one.y).toBeGreaterThanOrEqual(0)
    expect(one.x + node.width).toBeLessThanOrEqual(picture.width)
    expect(one.y + node.height).toBeLessThanOrEqual(picture.height)
  }
})

it('ends in a circle, and stays small in a large graph', () => {
  expect(pictureOf(facts('a>x>b', 'b>x>c', 'c>x>a'), 'a').nodes.length).toBe(3)
  expect(pictureOf(facts(...Array.from({ length: 500 }, (_, n) => `a>x>b${n}`)), 'a').nodes.length).toBeLessThanOrEqual(60)
})
