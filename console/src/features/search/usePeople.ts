import { computed } from 'vue'
import type { Ref } from 'vue'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import type { PeoplePage, Question, SearchSource } from './source'

/** Whom the question finds, page by page; only when it asks for people. */
export function usePeople(question: Readonly<Ref<Question>>, source: SearchSource) {
  const wanted = computed(() => (question.value.type === 'contacts' ? question.value.q.trim() : ''))
  const query = useInfiniteQuery({
    queryKey: computed(() => ['search-people', wanted.value]),
    queryFn: ({ pageParam }) => source.people(wanted.value, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last: PeoplePage) => last.nextCursor,
    enabled: computed(() => wanted.value !== ''),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
  const pages = computed(() => (wanted.value ? (query.data.value?.pages ?? []) : []))
  return {
    people: computed(() => pages.value.flatMap(page => page.items.map(item => item.contact))),
    behind: computed(() => pages.value.at(-1)?.rebuilding ?? false),
    more: computed(() => wanted.value !== '' && query.hasNextPage.value),
    loading: computed(() => wanted.value !== '' && query.isFetching.value && !query.isFetchingNextPage.value),
    failure: computed(() => (query.isError.value ? query.error.value : null)),
    loadMore: () => { if (query.hasNextPage.value && !query.isFetchingNextPage.value) void query.fetchNextPage() },
    refetch: () => query.refetch(),
  }
}
