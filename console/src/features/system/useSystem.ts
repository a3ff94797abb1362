import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import type { Finding, SystemSource, Verdict } from './source'

/** Somebody who looks at this page watches it: what it says is asked again every few seconds. */
const every = 5000

export const useSystem = (source: SystemSource) => useQuery({ queryKey: ['system'], queryFn: () => source.state(), refetchInterval: every })

export const useExamination = (source: SystemSource) => useMutation({ mutationFn: () => source.examine() })

export function useInvariants(source: SystemSource) {
  const queries = useQueryClient()
  const queryKey = ['system', 'invariants']
  return {
    list: useQuery({ queryKey, queryFn: () => source.invariants() }),
    look: useMutation({ mutationFn: () => source.look(), onSuccess: now => queries.setQueryData(queryKey, now) }),
  }
}

const order: readonly Verdict[] = ['fail', 'warn', 'ok']

/** What needs somebody comes first; otherwise as the doctor went. */
export const byUrgency = (findings: readonly Finding[]) => [...findings].sort((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict))
