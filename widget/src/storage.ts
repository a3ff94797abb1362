// localStorage, if the browser lets us; else memory. Keys carry the channel, since one site may hold several.

export interface Store {
  get(name: string): string | null
  set(name: string, value: string): void
  remove(name: string): void
  names(prefix: string): string[]
}

export function openStore(channel: string, area: () => Storage): Store {
  const prefix = `queqiao:${channel}:`
  // What could not be written (blocked, or full) still counts for this page.
  const memory = new Map<string, string | null>()
  const attempt = <T>(act: (storage: Storage) => T): T | null => {
    try {
      return act(area())
    } catch {
      return null
    }
  }
  return {
    get: name => memory.has(name) ? memory.get(name) ?? null : attempt(storage => storage.getItem(prefix + name)),
    set(name, value) {
      memory.delete(name)
      if (attempt(storage => { storage.setItem(prefix + name, value); return true }) === null) memory.set(name, value)
    },
    remove(name) {
      memory.delete(name)
      if (attempt(storage => { storage.removeItem(prefix + name); return true }) === null) memory.set(name, null)
    },
    names(start) {
      const stored = attempt(storage => Object.keys(storage).filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length))) ?? []
      return [...new Set([...stored, ...memory.keys()])].filter(name => name.startsWith(start) && this.get(name) !== null)
    },
  }
}
