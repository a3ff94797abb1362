import type { ItemPage } from '@/api/types'
import type { Known } from './conversation'
import { appendPage, applyFrame } from './conversation'
import type { ConversationFrame } from './frames'

export interface HealerPort {
  read(conversation: string): Known | undefined
  write(conversation: string, known: Known): void
  fetchAfter(conversation: string, after: number): Promise<ItemPage>
  /** Called when fetching failed; the gap stays until the next frame, reconnect or `heal`. */
  failed?(conversation: string): void
}

/** Applies frames and closes gaps by asking for "everything after N". Frames that come meanwhile wait for the answer. */
export function createHealer(port: HealerPort) {
  const waiting = new Map<string, ConversationFrame[]>()

  async function heal(conversation: string): Promise<void> {
    if (waiting.has(conversation)) return
    waiting.set(conversation, [])
    try {
      for (let known = port.read(conversation); known; known = port.read(conversation)) {
        const page = await port.fetchAfter(conversation, known.seq)
        const now = port.read(conversation)
        if (now) port.write(conversation, appendPage(now, page.items))
        if (!page.hasMore || page.items.length === 0) break
      }
    } catch {
      waiting.delete(conversation)
      port.failed?.(conversation)
      return
    }
    const held = waiting.get(conversation) ?? []
    waiting.delete(conversation)
    for (const frame of held) apply(frame)
  }

  function apply(frame: ConversationFrame) {
    const held = waiting.get(frame.conversation)
    if (held) return void held.push(frame)
    const known = port.read(frame.conversation)
    if (!known) return
    const next = applyFrame(known, frame)
    if (next === 'fetch-after') {
      void heal(frame.conversation)
      waiting.get(frame.conversation)?.push(frame)
    } else if (next !== known) {
      port.write(frame.conversation, next)
    }
  }

  return { apply, heal }
}
