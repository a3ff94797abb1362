/** Makes the console installable; a browser that cannot, or a page that is not by HTTPS, goes without. */
export function startWorker(open: (path: string) => void) {
  if (!('serviceWorker' in navigator)) return
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<{ type?: string; path?: string }>) => {
    if (event.data.type === 'open' && event.data.path?.startsWith('/console/')) open(event.data.path.slice('/console'.length))
  })
  void navigator.serviceWorker.register('/console/sw.js', { scope: '/console/' }).catch(() => undefined)
}
