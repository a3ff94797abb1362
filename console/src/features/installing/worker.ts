const script = '/console/sw.js'
type Policies = { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown } }
/** Its address as Trusted Types want it (docs/decisions/0112): this one and no other. */
function trusted() {
  const policies = (window as { trustedTypes?: Policies }).trustedTypes
  return (policies?.createPolicy('queqiao-worker', { createScriptURL: () => script }).createScriptURL(script) ?? script) as string
}

/** Makes the console installable; a browser that cannot, or a page that is not by HTTPS, goes without. */
export function startWorker(open: (path: string) => void) {
  if (!('serviceWorker' in navigator)) return
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<{ type?: string; path?: string }>) => {
    if (event.data.type === 'open' && event.data.path?.startsWith('/console/')) open(event.data.path.slice('/console'.length))
  })
  void navigator.serviceWorker.register(trusted(), { scope: '/console/' }).catch(() => undefined)
}
