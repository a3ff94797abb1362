import type { Api } from '../api'
import type { OpenCarrier } from './carrier'
import { rememberFor } from './ladder'

/** Long poll: the last resort, for networks that hold streams back. It ends by itself to let a better one be tried. */
export const openPoll = (api: Pick<Api, 'messages'>): OpenCarrier => (line, ears) => {
  const abort = new AbortController()
  const until = Date.now() + rememberFor

  const run = async () => {
    for (let wait = 0; !abort.signal.aborted; wait = 25) {
      const asked = line.known().seq
      const at = Date.now()
      const answer = await api.messages({ after: asked, wait, limit: 200 }, abort.signal)
      if (abort.signal.aborted) return
      if (!answer.ok) return ears.closed({ signedOut: answer.status === 401 })
      if (wait === 0) ears.ready(false)
      ears.page(answer.value)
      if (Date.now() > until) return ears.closed({ again: true })
      // A server (or a proxy) that answers at once without news must not be asked in a tight loop.
      if (line.known().seq === asked && wait > 0) await new Promise(done => setTimeout(done, at + 1000 - Date.now()))
    }
  }
  void run()

  return { send: () => false, probe: () => {}, close: () => abort.abort() }
}
