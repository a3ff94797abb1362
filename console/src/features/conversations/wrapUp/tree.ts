import type { Category } from './source'

export interface Node { category: Category; depth: number; path: string; leaf: boolean }

/** The tree in the order in which it is read, each with the names above it. What hangs on nothing, or in a circle, is left out. */
export function treeOf(categories: readonly Category[], archived = false): Node[] {
  const shown = categories.filter(category => archived || !category.archived)
  const below = (parent: string | null) => shown.filter(category => category.parentId === parent)
  const walk = (parent: string | null, depth: number, path: string): Node[] => (depth > 8 ? [] : below(parent).flatMap(category => {
    const own = path ? `${path} / ${category.name}` : category.name
    return [{ category, depth, path: own, leaf: below(category.id).length === 0 }, ...walk(category.id, depth + 1, own)]
  }))
  return walk(null, 0, '')
}

/** Without a category and all that hangs on it. */
export function without(categories: readonly Category[], id: string): Category[] {
  const gone = new Set([id])
  for (let grew = true; grew;) {
    grew = false
    for (const category of categories)
      if (category.parentId && gone.has(category.parentId) && !gone.has(category.id)) grew = Boolean(gone.add(category.id))
  }
  return categories.filter(category => !gone.has(category.id))
}
