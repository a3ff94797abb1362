import type { Carrier, OpenCarrier } from './carrier'

/** A carrier that few networks need: its code is fetched when it is its turn. */
export const lazily = (load: () => Promise<OpenCarrier>): OpenCarrier => (line, ears) => {
  let carrier: Carrier | undefined
  let over = false
  load().then(open => { if (!over) carrier = open(line, ears) }, () => { if (!over) ears.closed({}) })
  return {
    send: frame => !!carrier?.send(frame),
    probe: () => carrier?.probe(),
    close() {
      over = true
      carrier?.close()
    },
  }
}
