import { watchOffer } from './install'
import { keepLooking } from './newer'
import { startWorker } from './worker'

/** Once the console works: the worker, the browser's offer to install, and newer versions. */
export function start(open: (path: string) => void) {
  watchOffer()
  startWorker(open)
  keepLooking()
}
