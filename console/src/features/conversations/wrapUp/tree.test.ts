import { expect, it } from 'vitest'
import { treeOf, without } from './tree'

const category = (id: string, parentId: string | null = null, archived = false) => ({ id, parentId, name: id.toUpperCase(), words: null, archived })
const all = [category('a'), category('b', 'a'), category('c'), category('d', 'b'), category('e', 'a', true)]

it('reads a tree from the top down, each with its path', () => {
  expect(treeOf(all).map(node => [node.path, node.depth, node.leaf])).toEqual([['A', 0, false], ['A / B', 1, false], ['A / B / D', 2, true], ['C', 0, true]])
  expect(treeOf(all, true)).toHaveLength(5)
})

it('takes what hangs on a category away with it', () => {
  expect(without(all, 'a').map(one => one.id)).toEqual(['c'])
})

it('is not caught in a circle', () => {
  expect(treeOf([{ ...category('x'), parentId: 'y' }, { ...category('y'), parentId: 'x' }])).toEqual([])
})
