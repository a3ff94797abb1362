import { effectScope } from 'vue'
import { expect, it } from 'vitest'
import { allCommands, findCommands, useCommands } from './commands'
import type { Command } from './commands'

const command = (label: string, place: Command['place'] = 'other', words?: string): Command => ({ id: label, label, place, run: () => null, ...(words ? { words } : {}) })
const all = [command('去设置', 'page', 'settings'), command('解决', 'conversation', 'resolve close'), command('Mine', 'view'), command('Resolve later')]
const names = (question: string) => findCommands(all, question).map(one => one.label)

it('puts what concerns the conversation first until something is asked for', () => expect(names('')).toEqual(['解决', 'Mine', '去设置', 'Resolve later']))
it('finds by name before other words, whatever the case', () => {
  expect(names('RESOLVE')).toEqual(['Resolve later', '解决'])
  expect(names('later res')).toEqual(['Resolve later'])
  expect(names('工单')).toEqual([])
})
it('offers commands while their component lives', () => {
  const scope = effectScope()
  scope.run(() => useCommands(() => [command('x')]))
  expect(allCommands().map(one => one.id)).toEqual(['x'])
  scope.stop()
  expect(allCommands()).toEqual([])
})
