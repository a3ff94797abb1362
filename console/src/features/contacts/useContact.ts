import { computed, toValue } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import type { Contact, ContactSource } from './source'

export const contactKey = (id: string) => ['contact', id] as const

/** One person, and what has to be read anew after they changed. */
export function useContact(id: MaybeRefOrGetter<string>, source: ContactSource) {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: computed(() => contactKey(toValue(id))), queryFn: () => source.one(toValue(id)), enabled: computed(() => toValue(id) !== ''), staleTime: 15_000 })
  /** What changed has been answered: show it, and let lists and timelines follow. */
  function changed(now?: Contact) {
    if (now) queries.setQueryData(contactKey(toValue(id)), now)
    else void queries.invalidateQueries({ queryKey: contactKey(toValue(id)), exact: true })
    void queries.invalidateQueries({ queryKey: ['contacts'] })
    void queries.invalidateQueries({ queryKey: [...contactKey(toValue(id)), 'timeline'] })
    void queries.invalidateQueries({ queryKey: [...contactKey(toValue(id)), 'duplicates'] })
  }
  return { ...query, changed }
}

export const displayName = (contact: { name: string | null; id: string }, unnamed: (code: string) => string) => contact.name || unnamed(contact.id.slice(-4).toUpperCase())
