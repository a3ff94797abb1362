import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { useHttp } from '@/api/http'
import { noticesKey, noticeSource } from './source'

/** How many notices nobody has looked at. A minute late is soon enough: what is urgent calls by itself. */
export function useUnseen() {
  const source = noticeSource(useHttp())
  const { data } = useQuery({ queryKey: [...noticesKey, 'count'], queryFn: source.count, refetchInterval: 60_000, staleTime: 30_000 })
  return computed(() => data.value ?? 0)
}
