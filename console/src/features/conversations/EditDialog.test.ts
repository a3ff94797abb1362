import { afterEach, expect, it, vi } from 'vitest'
import { createApp, defineComponent, h, nextTick, ref } from 'vue'
import { Problem } from '@/api/client'
import EditDialog from './EditDialog.vue'

vi.mock('vue-i18n', () => ({ useI18n: () => ({ t: (key: string) => key, te: () => false }) }))
vi.mock('./composer/MarkedField.vue', () => ({ default: { props: ['modelValue'], emits: ['update:modelValue'], template: '', setup: (props: { modelValue: string }, { emit }: { emit: (name: string, text: string) => void }) => () => h('textarea', { value: props.modelValue, onInput: (event: Event) => emit('update:modelValue', (event.target as HTMLTextAreaElement).value) }) } }))
afterEach(() => document.body.replaceChildren())
const settled = async () => { for (let n = 0; n < 5; n++) await nextTick(); await new Promise(resolve => setTimeout(resolve)) }

it('keeps what was written anew until the server has it', async () => {
  const [open, save] = [ref(true), vi.fn()]
  const page = document.body.appendChild(document.createElement('div'))
  const app = createApp(defineComponent(() => () => h(EditDialog, { 'open': open.value, 'onUpdate:open': (now: boolean) => { open.value = now }, 'item': { conversationId: 'c', seq: 1, text: 'before' } as never, 'shows': [], save })))
  app.mount(page)
  await settled()
  const field = document.querySelector('textarea')!
  field.value = 'after'
  field.dispatchEvent(new Event('input'))
  await settled()
  let refuse = (_: Problem) => {}
  save.mockReturnValueOnce(new Promise((_, no) => { refuse = no }))
  const send = () => document.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }))
  send()
  await settled()
  document.querySelector<HTMLElement>('[aria-label="ui.close"]')!.click()
  await settled()
  expect(open.value).toBe(true)
  refuse(new Problem(409, 'too_late', 'Too late'))
  await settled()
  expect([open.value, document.querySelector('[role=alert]')?.textContent, document.querySelector('textarea')?.value]).toEqual([true, 'Too late', 'after'])
  save.mockResolvedValueOnce(undefined)
  send()
  await settled()
  expect(open.value).toBe(false)
  expect(save).toHaveBeenLastCalledWith('after', undefined)
  app.unmount()
})
