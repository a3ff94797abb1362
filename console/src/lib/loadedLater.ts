import { defineAsyncComponent } from 'vue'
import type { Component } from 'vue'
import { holdKeys } from './keys'

const most = 30

/**
 * A part of a page that is loaded when it is first shown. A server that restarts in this moment is waited for: the part comes a
 * little later, and nothing breaks. `meanwhile` stands where it will be.
 */
export const loadedLater = <T extends Component>(load: () => Promise<T | { default: T }>, meanwhile?: Component) =>
  defineAsyncComponent<T>({
    loader: load as () => Promise<T>,
    ...(meanwhile ? { loadingComponent: meanwhile, delay: 0 } : {}),
    onError: (_, retry, fail, attempts) => {
      if (attempts >= most) fail()
      else setTimeout(retry, Math.min(attempts * 500, 3000))
    },
  })

/** A dialog of this sort: until it is there, what is typed waits for it. */
export const dialogLater = <T extends Component>(load: () => Promise<T | { default: T }>) => loadedLater(async () => {
  const release = holdKeys()
  try {
    return await load()
  } finally {
    setTimeout(release) // it is shown in between
  }
})
