/** Local storage that may be full, blocked or edited by hand: none of this may stop the agent from working. */
export interface Store {
  read(key: string): string | null
  write(key: string, value: string | null): void
  keys(prefix: string): string[]
}

export const localStore: Store = {
  read(key) {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  },
  write(key, value) {
    try {
      if (value === null) localStorage.removeItem(key)
      else localStorage.setItem(key, value)
    } catch {
      // Full or forbidden: the page goes on with what it holds in memory.
    }
  },
  keys(prefix) {
    try {
      return Object.keys(localStorage).filter(key => key.startsWith(prefix))
    } catch {
      return []
    }
  },
}

export function readJson<T>(store: Store, key: string): Partial<T> {
  try {
    const value: unknown = JSON.parse(store.read(key) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Partial<T>) : {}
  } catch {
    return {}
  }
}
