import { Problem } from '@/api/client'
import type { Mode } from './drafts'
import type { Draft } from './workbench'

export interface DraftDeps {
  local: { get(id: string, mode: Mode): string; set(id: string, mode: Mode, text: string): void }
  load: (id: string) => Promise<Draft[]>
  save: (id: string, draft: Draft) => Promise<Draft>
}

const after = 1200

/**
 * Keeps what is typed on the server, within two seconds, and brings it to another tab or browser. What somebody is typing here wins
 * over what lies there; an editor that is empty here takes what lies there and never wipes it out.
 */
export function createDraftSync({ local, load, save }: DraftDeps) {
  const known = new Map<string, { version: number; text: string }>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const busy = new Set<string>()
  const name = (id: string, mode: Mode) => `${id}:${mode}`

  async function pull(id: string) {
    const drafts = await load(id).catch(() => null)
    if (!drafts) return
    for (const mode of ['reply', 'note'] as const) {
      const there = drafts.find(draft => draft.kind === mode) ?? { version: 0, text: '' }
      const had = known.get(name(id, mode))
      const here = local.get(id, mode)
      known.set(name(id, mode), { version: there.version, text: there.text })
      // Nothing was typed here since the last look (or ever): what lies there is newer.
      if (here === (had?.text ?? '') && here !== there.text) local.set(id, mode, there.text)
      else if (here !== there.text) later(id, mode)
    }
  }

  async function push(id: string, mode: Mode) {
    const key = name(id, mode)
    const last = known.get(key)
    const text = local.get(id, mode)
    if (!last || text === last.text || busy.has(key)) return
    busy.add(key)
    try {
      const saved = await save(id, { kind: mode, version: last.version, text })
      known.set(key, { version: saved.version, text })
    } catch (error) {
      // Somebody else saved meanwhile: look at that first. Everything else is tried with the next letter.
      if (error instanceof Problem && error.code === 'draft_conflict') await pull(id)
    } finally {
      busy.delete(key)
    }
    if (local.get(id, mode) !== known.get(key)?.text) later(id, mode)
  }

  function later(id: string, mode: Mode) {
    const key = name(id, mode)
    clearTimeout(timers.get(key))
    timers.set(key, setTimeout(() => void push(id, mode), after))
  }

  return { pull, changed: later, stop: () => timers.forEach(timer => clearTimeout(timer)) }
}
