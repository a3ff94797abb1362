import { watchOffer } from './install'
import { startWorker } from './worker'

/** Once the console works: the worker, and the browser's offer to install. */
export function start(open: (path: string) => void) {
  watchOffer()
  startWorker(open)
}
