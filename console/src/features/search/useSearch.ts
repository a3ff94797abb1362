import { computed } from 'vue'
import type { Ref } from 'vue'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import type { FoundPage, Question, SearchSource } from './source'

/** What the question finds, page by page. While the next question is being asked, the last answer stays. */
export function useSearch(question: Readonly<Ref<Question>>, source: SearchSource, now: () => number) {
  const asked = computed(() => question.value.q.trim())
  const query = useInfiniteQuery({
    queryKey: computed(() => ['search', question.value]),
    queryFn: ({ pageParam }) => source.find({ ...question.value, q: asked.value }, pageParam, now()),
    initialPageParam: null as string | null,
    getNextPageParam: (last: FoundPage) => last.nextCursor ?? null,
    enabled: computed(() => asked.value !== '' && question.value.type !== 'contacts'),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
  const pages = computed(() => (asked.value ? (query.data.value?.pages ?? []) : []))
  const newest = computed(() => pages.value.at(-1))
  return {
    asked,
    found: computed(() => pages.value.flatMap(page => page.items)),
    /** The index is behind: what was said just now may be missing. */
    behind: computed(() => (newest.value?.rebuilding ? 'rebuilding' : (newest.value?.lagSeconds ?? 0) > 5 ? 'lag' : null)),
    lag: computed(() => Math.round(newest.value?.lagSeconds ?? 0)),
    /** The server stopped looking; going on is up to the reader. */
    cut: computed(() => Boolean(newest.value?.cut && query.hasNextPage.value)),
    more: query.hasNextPage,
    loading: computed(() => asked.value !== '' && query.isFetching.value && !query.isFetchingNextPage.value),
    loadingMore: query.isFetchingNextPage,
    failure: computed(() => (query.isError.value ? query.error.value : null)),
    loadMore: () => { if (query.hasNextPage.value && !query.isFetchingNextPage.value) void query.fetchNextPage() },
    refetch: () => query.refetch(),
  }
}
