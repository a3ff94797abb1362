let taken: string | null = null

/** The token stands in the fragment, which no server log sees; it leaves the address bar as soon as it is read. */
export function takeSetUpToken(): string {
  const fromHash = new URLSearchParams(location.hash.slice(1)).get('token')
  if (fromHash) {
    taken = fromHash
    history.replaceState(history.state, '', location.pathname)
  }
  return taken ?? ''
}
