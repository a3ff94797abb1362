import type { ClientFrame } from '../protocol/types'
import { parseFrame, type OpenCarrier } from './carrier'

const answerWithin = 10_000
const answerProbeWithin = 4_000

export const openSocket: OpenCarrier = (line, ears) => {
  let heartbeat = 25_000
  let beat: ReturnType<typeof setTimeout> | undefined
  let deadline: ReturnType<typeof setTimeout> | undefined
  let ready = false
  let over = false
  const socket = new WebSocket(line.base.replace(/^http/, 'ws') + '/gateway', 'queqiao.v1')

  const end = (code?: number) => {
    if (over) return
    over = true
    clearTimeout(beat)
    clearTimeout(deadline)
    socket.close()
    ears.closed({ code, signedOut: code === 4401 })
  }
  const put = (frame: ClientFrame) => socket.send(JSON.stringify(frame))
  // A dead socket looks open for minutes. Whoever does not answer a ping is gone; any frame counts as an answer.
  const ping = (within: number) => {
    if (over || !ready) return
    put({ op: 'ping' })
    clearTimeout(deadline)
    deadline = setTimeout(end, within)
  }
  const rest = () => {
    clearTimeout(deadline)
    clearTimeout(beat)
    beat = setTimeout(ping, heartbeat, answerWithin)
  }

  socket.onopen = () => {
    const { conversation, seq } = line.known()
    put({ op: 'hello', token: line.token(), locale: line.locale(), ...(conversation && { resume: { [conversation]: seq } }) })
  }
  socket.onmessage = event => {
    if (over || typeof event.data !== 'string') return
    const frame = parseFrame(event.data)
    if (!frame) return
    if (frame.op === 'ready') {
      ready = true
      heartbeat = (frame.heartbeatSeconds ?? 25) * 1000
      ears.ready(!!frame.conversation && frame.conversation !== line.known().conversation)
    } else if (frame.op !== 'pong') ears.frame(frame)
    if (ready) rest()
  }
  socket.onclose = event => end(event.code)

  return {
    send(frame) {
      if (ready && !over) put(frame)
      return ready && !over
    },
    probe: () => ping(answerProbeWithin),
    close() {
      over = true
      clearTimeout(beat)
      clearTimeout(deadline)
      socket.close()
    },
  }
}
