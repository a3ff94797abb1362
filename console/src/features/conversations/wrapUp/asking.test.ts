import { expect, it } from 'vitest'
import { asked, askWrapUp, closeWrapUp } from './asking'

it('lets nobody be torn from what they write: the next one waits', () => {
  askWrapUp({ id: 'a', resolve: false })
  askWrapUp({ id: 'b', resolve: true, reason: 'late' })
  askWrapUp({ id: 'a', resolve: true })
  expect(asked.value).toMatchObject({ id: 'a', resolve: true })
  closeWrapUp()
  expect(asked.value).toMatchObject({ id: 'b', reason: 'late' })
  closeWrapUp()
  expect(asked.value).toBeNull()
})
