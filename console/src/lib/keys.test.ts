import { effectScope } from 'vue'
import { afterEach, expect, it, vi } from 'vitest'
import { holdKeys, typedAhead, useKeys } from './keys'

const scope = () => effectScope()
let running = scope()
afterEach(() => { running.stop(); running = scope(); document.body.replaceChildren() })

function press(key: string, target: EventTarget = document.body, init: KeyboardEventInit & { keyCode?: number } = {}) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init })
  if (init.keyCode) Object.defineProperty(event, 'keyCode', { value: init.keyCode })
  target.dispatchEvent(event)
  return event
}

it('runs single keys, sequences and modifiers', () => {
  const [j, gi, send] = [vi.fn(), vi.fn(), vi.fn()]
  running.run(() => useKeys([{ keys: 'j', run: j }, { keys: 'g i', run: gi }, { keys: 'Mod+Enter', run: send }]))
  press('j')
  press('g')
  press('i')
  press('Enter', document.body, { ctrlKey: true })
  press('i')
  expect([j.mock.calls.length, gi.mock.calls.length, send.mock.calls.length]).toEqual([1, 1, 1])
})

it('leaves text fields and input methods alone', () => {
  const run = vi.fn()
  running.run(() => useKeys([{ keys: 'j', run }, { keys: 'Escape', run, inInput: true }]))
  const field = document.body.appendChild(document.createElement('textarea'))
  press('j', field)
  press('j', document.body, { keyCode: 229 })
  expect(run).not.toHaveBeenCalled()
  press('Escape', field)
  expect(run).toHaveBeenCalledOnce()
})

it('is silent while a dialog or menu is open', () => {
  const run = vi.fn()
  running.run(() => useKeys([{ keys: 'j', run }]))
  document.body.appendChild(document.createElement('div')).setAttribute('role', 'menu')
  press('j')
  expect(run).not.toHaveBeenCalled()
})

it('the innermost component wins, and a binding that does not apply lets the key through', () => {
  const [outer, inner] = [vi.fn(), vi.fn()]
  let applies = true
  running.run(() => { useKeys([{ keys: 'Escape', run: outer }]); useKeys([{ keys: 'Escape', run: inner, when: () => applies }]) })
  press('Escape')
  applies = false
  press('Escape')
  expect([outer.mock.calls.length, inner.mock.calls.length]).toEqual([1, 1])
})

it('what is typed while a dialog is on its way is kept for it, and is no shortcut', () => {
  const run = vi.fn()
  running.run(() => useKeys([{ keys: 'e', run }]))
  const release = holdKeys()
  press('z')
  press('e')
  expect(run).not.toHaveBeenCalled()
  expect(typedAhead()).toBe('ze')
  release()
  release()
  press('e')
  expect(run).toHaveBeenCalledOnce()
})
