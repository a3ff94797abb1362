import { describe, expect, it } from 'vitest'
import { edgesOf, linesBetween, newStep, placesOf } from './flowLayout'
import type { Flow } from './source'

const flow: Flow = {
  key: 'x', title: 'x', language: 'zh', when: [], steps: [
    { id: 'a', kind: 'ask', text: '?', slot: 's', exits: {} },
    { id: 'b', kind: 'confirm', text: '?', exits: { no: 'a' } },
    { id: 'c', kind: 'end', exits: {} },
    { id: 'lost', kind: 'say', text: 'x', exits: {} },
  ],
}

describe('the picture of a flow', () => {
  it('has the ways that are written and those that follow from the order', () => {
    expect(edgesOf(flow)).toEqual([{ from: 'a', to: 'b', name: 'next' }, { from: 'b', to: 'a', name: 'no' }, { from: 'b', to: 'c', name: 'yes' }])
  })
  it('puts steps in rows and what nothing leads to last', () => {
    const { places } = placesOf(flow)
    expect(['a', 'b', 'c', 'lost'].map(id => places.get(id)!.y)).toEqual([...['a', 'b', 'c', 'lost'].map(id => places.get(id)!.y)].sort((one, other) => one - other))
    expect(new Set([...places.values()].map(place => place.y)).size).toBe(4)
  })
  it('gives a new step a name of its own', () => expect(flow.steps.map(step => step.id)).not.toContain(newStep(flow).id))
  it('shows what changed between two versions', () => {
    expect(linesBetween('a\nb\nc', 'a\nx\nc')).toEqual([{ mark: 'same', text: 'a' }, { mark: 'gone', text: 'b' }, { mark: 'new', text: 'x' }, { mark: 'same', text: 'c' }])
  })
})
