import type { Http } from '@/api/client'
import type { Row, RowPage } from '@/api/types'
import { createConnection, eventStreamTransport, socketTransport } from '@/realtime'
import type { ListFrame } from '@/realtime'
import { happeningOf } from './events'
import type { Happening } from './events'

export interface WatchOptions {
  http: Http
  me: string
  locale: () => string
  happened: (happening: Happening) => void
}

/**
 * Follows everything the agent may see, whatever view the page shows: a connection of its own, of the leading tab only.
 * What happened while nobody listened calls nobody.
 */
export function watchForMe({ http, me, locale, happened }: WatchOptions): () => void {
  const known = new Map<string, Row>()
  let cursor: string | null = null
  let loaded = false

  function apply(frame: ListFrame) {
    cursor = frame.cursor
    for (const row of frame.data.rows) {
      const happening = happeningOf(known.get(row.id), row, me)
      known.set(row.id, row)
      if (happening && loaded) happened(happening)
    }
    for (const { id } of frame.data.gone) known.delete(id)
  }
  async function load() {
    try {
      for (const row of (await http.get<RowPage>('/api/v1/conversations', { view: 'all', limit: 100 })).items) {
        const had = known.get(row.id)
        if (!had || had.seq < row.seq) known.set(row.id, row)
      }
    } catch {
      // Then the first change of each is compared with nothing, which may call once too often.
    }
    loaded = true
  }

  const connection = createConnection({
    transports: [socketTransport(() => `${location.origin.replace(/^http/, 'ws')}/gateway`), eventStreamTransport('/gateway/events')],
    interest: () => ({ conversation: null, list: { view: 'all', cursor } }),
    locale,
    onFrame: frame => {
      if ('event' in frame) {
        if (frame.event === 'list.changed') apply(frame)
      } else if (frame.op === 'watching') {
        cursor = frame.cursor
        if (frame.resync || !loaded) void load()
      }
    },
    onState: () => undefined,
    // Whether the session is over is found out by the page's own connection, which then stops this one too.
    onSignedOut: () => setTimeout(() => connection.nudge(), 3000),
  })
  connection.start()
  return () => connection.stop()
}
