const taken = new Map<string, string>()

/** The secret of a link stands in the fragment, which no server log sees; it leaves the address bar as soon as it is read. */
export function takeLinkToken(): string {
  const fromHash = new URLSearchParams(location.hash.slice(1)).get('token')
  if (fromHash) {
    taken.set(location.pathname, fromHash)
    history.replaceState(history.state, '', location.pathname)
  }
  return taken.get(location.pathname) ?? ''
}
