import { computed } from 'vue'
import type { Ref } from 'vue'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useProblemText } from '@/api/useProblem'
import { showToast } from '@/ui'
import { backgroundKey } from './source'
import type { BackgroundSource, JobState, Parked } from './source'

/** Background work moves by itself: what is shown is asked again every few seconds while somebody looks. */
const every = 5000

export const useSummary = (source: BackgroundSource) =>
  useQuery({ queryKey: [...backgroundKey, 'summary'], queryFn: () => source.summary(), refetchInterval: every })

export const useNodes = (source: BackgroundSource) =>
  useQuery({ queryKey: [...backgroundKey, 'nodes'], queryFn: () => source.nodes(), refetchInterval: every })

export const useJobs = (source: BackgroundSource, state: Ref<JobState | ''>, kind: Ref<string>) =>
  useInfiniteQuery({
    queryKey: computed(() => [...backgroundKey, 'jobs', state.value, kind.value]),
    queryFn: ({ pageParam }) => source.jobs(state.value, kind.value, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: last => last.nextCursor ?? null,
    refetchInterval: every,
  })

export const useParked = (source: BackgroundSource) =>
  useInfiniteQuery({
    queryKey: [...backgroundKey, 'parked'],
    queryFn: ({ pageParam }) => source.parked(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: last => last.nextCursor ?? null,
    refetchInterval: every,
  })

export function useBackgroundActs(source: BackgroundSource) {
  const queries = useQueryClient()
  const { t } = useI18n()
  const problemText = useProblemText()
  const done = (text: string) => {
    showToast(text)
    return queries.invalidateQueries({ queryKey: backgroundKey })
  }
  const failed = (error: unknown) => showToast(problemText(error), { tone: 'bad' })
  return {
    job: useMutation({
      mutationFn: ({ id, act }: { id: string; act: 'replay' | 'discard' | 'cancel' }) => source.act(id, act),
      onSuccess: (_, { act }) => done(t(`background.did.${act}`)), onError: failed,
    }),
    kind: useMutation({
      mutationFn: (kind: string) => source.replayKind(kind),
      onSuccess: ({ count }) => done(t('background.did.replayAll', { count })), onError: failed,
    }),
    parked: useMutation({
      mutationFn: ({ entry, act }: { entry: Parked; act: 'replay' | 'discard' }) => source.actOnParked(entry, act),
      onSuccess: (_, { act }) => done(t(`background.did.${act}`)), onError: failed,
    }),
  }
}
