import { computed } from 'vue'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useHttp } from '@/api/http'
import { knowledgeSource } from './source'
import type { Category } from './source'

export const useSource = () => knowledgeSource(useHttp())

/** Everything that lists and trees show is asked for again. */
export function useRefresh() {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: ['knowledge'] })
}

export function useBase() {
  const source = useSource()
  const { data, refetch } = useQuery({ queryKey: ['knowledge', 'bases'], queryFn: source.bases, staleTime: 30_000 })
  return { base: computed(() => data.value?.[0]), refetch }
}

/** What a category is called in the reader's language, else what it was called first. */
export const nameIn = (one: Pick<Category, 'name' | 'names'>, locale: string) =>
  Object.entries(one.names).find(([language]) => language.split('-')[0] === locale.split('-')[0])?.[1] || one.name

/** Categories in the order of the tree, with their depth. */
export function inOrder(all: readonly Category[], parent: string | null = null, depth = 0): (Category & { depth: number })[] {
  return all.filter(one => one.parentId === parent).sort((a, b) => a.position - b.position)
    .flatMap(one => [{ ...one, depth }, ...(depth < 6 ? inOrder(all, one.id, depth + 1) : [])])
}

export function useCategories() {
  const source = useSource()
  const { data, refetch } = useQuery({ queryKey: ['knowledge', 'categories'], queryFn: source.categories, staleTime: 30_000 })
  const { locale } = useI18n()
  return { categories: computed(() => inOrder(data.value ?? []).map(one => ({ ...one, label: nameIn(one, locale.value) }))), refetch }
}
