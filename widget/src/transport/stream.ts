import { parseFrame, type OpenCarrier } from './carrier'
import { sseReader } from './sse'

// The server sends a comment every 15 s: three missing ones mean the line is dead or a proxy holds it back.
const silentFor = 45_000
const doubtfulAfter = 20_000

/** Server-sent events read by fetch: EventSource cannot send a header, and a token never belongs in an address. */
export const openStream: OpenCarrier = (line, ears) => {
  const abort = new AbortController()
  let over = false
  let heardAt = Date.now()
  let silence: ReturnType<typeof setTimeout> | undefined
  const end = (status?: number) => {
    if (over) return
    over = true
    clearTimeout(silence)
    abort.abort()
    ears.closed({ signedOut: status === 401 })
  }
  const alive = () => {
    heardAt = Date.now()
    clearTimeout(silence)
    silence = setTimeout(end, silentFor)
  }

  const read = sseReader(data => {
    const frame = over ? null : parseFrame(data)
    if (!frame) return
    if (frame.op === 'ready') ears.ready(!!frame.conversation && frame.conversation !== line.known().conversation)
    else ears.frame(frame)
  })

  const run = async () => {
    const answer = await fetch(`${line.base}/gateway/events?after=${line.known().seq}`, {
      headers: { authorization: `Bearer ${line.token()}`, accept: 'text/event-stream' },
      credentials: 'omit', cache: 'no-store', signal: abort.signal,
    })
    if (!answer.ok || !answer.body) return end(answer.status)
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (alive(); ;) {
      const { value, done } = await reader.read()
      if (done) return end()
      alive()
      read(value)
    }
  }
  run().catch(() => end())

  return {
    send: () => false,
    // Nothing can be asked upwards, so a doubtful stream is simply opened again; resuming costs one request.
    probe: () => { if (Date.now() - heardAt > doubtfulAfter) end() },
    close() {
      over = true
      clearTimeout(silence)
      abort.abort()
    },
  }
}
