import { expect, it, vi } from 'vitest'
import { createApp, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import ViewLink from './ViewLink.vue'

it('tells of a plain click, and leaves every other to the browser', async () => {
  const router = createRouter({ history: createMemoryHistory('/console/'), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  await router.push('/')
  const [page, go] = [document.createElement('div'), vi.fn()]
  const app = createApp(() => h(ViewLink, { view: 'all', current: true, class: 'look', onGo: go }, () => 'All open'))
  app.use(router).mount(page)
  const link = page.querySelector('a')!
  expect([link.getAttribute('href'), link.getAttribute('aria-current'), link.className]).toEqual(['/console/inbox/all', 'page', 'look'])
  const click = (more: MouseEventInit = {}) => { const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...more }); link.dispatchEvent(event); return event.defaultPrevented }
  expect(click()).toBe(true)
  expect(go).toHaveBeenCalledOnce()
  expect([click({ ctrlKey: true }), click({ metaKey: true }), click({ shiftKey: true }), click({ button: 1 })]).toEqual([false, false, false, false])
  expect(go).toHaveBeenCalledOnce()
  expect(router.currentRoute.value.path).toBe('/')
  app.unmount()
})
