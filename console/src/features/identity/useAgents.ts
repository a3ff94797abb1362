import { useQuery } from '@tanstack/vue-query'
import type { IdentitySource } from './source'

export const agentsKey = ['agents'] as const

export const useAgents = (source: Pick<IdentitySource, 'agents'>) =>
  useQuery({ queryKey: agentsKey, queryFn: () => source.agents(), staleTime: 60_000 })
