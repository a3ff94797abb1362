import { onScopeDispose, shallowReactive, watchEffect } from 'vue'
import { Problem } from '@/api/client'
import type { FileLink, FileSource } from './source'

const early = 30_000
const lookAgain = 4_000

export type FileLinks = ReturnType<typeof createFileLinks>

/** Links to files, asked for when they are shown: many in one request, again before they end, again while a file is being checked. */
export function createFileLinks(source: Pick<FileSource, 'links'>) {
  const known = shallowReactive(new Map<string, FileLink>())
  const wanted = new Set<string>()
  const users = new Map<string, number>()
  let asking: ReturnType<typeof setTimeout> | undefined

  const want = (id: string, soon = 15) => {
    wanted.add(id)
    asking ??= setTimeout(ask, soon)
  }

  async function ask() {
    asking = undefined
    const ids = [...wanted].slice(0, 100)
    for (const id of ids) wanted.delete(id)
    if (wanted.size) asking = setTimeout(ask, 15)
    try {
      const { items } = await source.links(ids)
      for (const link of items) learn(link)
    } catch (error) {
      // One that may not be seen makes the whole request "not found": alone each gets its own answer.
      if (error instanceof Problem && error.status === 404) {
        if (ids.length === 1 && ids[0]) known.set(ids[0], { id: ids[0], state: 'gone' })
        else for (const id of ids) await source.links([id]).then(({ items }) => items.forEach(learn), () => known.set(id, { id, state: 'gone' }))
      } else if (error instanceof Problem && error.transient) setTimeout(() => ids.filter(id => users.has(id)).forEach(id => want(id)), lookAgain)
    }
  }

  function learn(link: FileLink) {
    known.set(link.id, link)
    const rest = link.state === 'scanning' ? lookAgain : link.expiresAt ? Date.parse(link.expiresAt) - Date.now() - early : null
    if (rest !== null) setTimeout(() => { if (users.has(link.id)) want(link.id) }, Math.max(1000, rest))
  }

  function use(id: string) {
    users.set(id, (users.get(id) ?? 0) + 1)
    const link = known.get(id)
    if (!link || link.state === 'scanning' || (link.expiresAt && Date.parse(link.expiresAt) - Date.now() < early)) want(id)
    return () => {
      const left = (users.get(id) ?? 1) - 1
      if (left) users.set(id, left)
      else users.delete(id)
    }
  }

  return {
    get: (id: string) => known.get(id),
    use,
    /** A link did not work: another one. */
    again: (id: string) => want(id),
    /** Keeps links for what a component shows. */
    keep(ids: () => readonly string[]) {
      let release: (() => void)[] = []
      watchEffect(() => {
        const next = ids().map(use)
        release.forEach(free => free())
        release = next
      })
      onScopeDispose(() => release.forEach(free => free()))
    },
  }
}
