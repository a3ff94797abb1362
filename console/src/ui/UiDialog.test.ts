import { afterEach, expect, it, vi } from 'vitest'
import { createApp, defineComponent, h, nextTick, ref } from 'vue'
import UiDialog from './UiDialog.vue'

vi.mock('vue-i18n', () => ({ useI18n: () => ({ t: (key: string) => key }) }))
afterEach(() => document.body.replaceChildren())
const settled = async () => { for (let n = 0; n < 5; n++) await nextTick(); await new Promise(resolve => setTimeout(resolve)) }

function show() {
  const [here, valid, sent] = [ref(false), ref(false), vi.fn()]
  const page = document.createElement('div')
  document.body.append(page)
  const app = createApp(defineComponent(() => () => h(UiDialog, { open: true, title: 'Wrap-up' }, () => (here.value
    ? h('form', { onSubmit: (event: Event) => { event.preventDefault(); sent() } }, [h('select', { id: 'first' }), h('input', { id: 'second' }), h('button', { id: 'cancel', type: 'button' }), h('button', { type: 'submit', disabled: !valid.value })])
    : h('p', 'loading')))))
  app.mount(page)
  return { here, valid, sent, end: () => app.unmount() }
}

it('leads to the first field, also when the form comes later', async () => {
  const { here, end } = show()
  await settled()
  here.value = true
  await settled()
  expect(document.activeElement?.id).toBe('first')
  end()
})

it('leaves the focus alone that somebody has moved', async () => {
  const { here, end } = show()
  await settled()
  const elsewhere = document.querySelector('[role=dialog]')!.appendChild(document.createElement('input'))
  elsewhere.focus()
  here.value = true
  await settled()
  expect(document.activeElement).toBe(elsewhere)
  end()
})

it('is sent by Ctrl+Enter when it may be sent', async () => {
  const { here, valid, sent, end } = show()
  here.value = true
  await settled()
  const press = (on = '#second', more = {}) => document.querySelector(on)!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true, ...more }))
  press()
  expect(sent).not.toHaveBeenCalled()
  valid.value = true
  await settled()
  press('#cancel')
  press('[aria-label="ui.close"]')
  press('#second', { isComposing: true })
  expect(sent).not.toHaveBeenCalled()
  press()
  expect(sent).toHaveBeenCalledOnce()
  end()
})
