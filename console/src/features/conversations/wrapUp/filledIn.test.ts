import { expect, it } from 'vitest'
import type { CustomField } from '../workbench'
import { filledIn } from './filledIn'

const field = (key: string, of: CustomField['class'] = 'internal') => ({ key, class: of }) as CustomField

it('takes over what the conversation says already, and nothing that may be masked', () => {
  const values = { order: 'QQ1', phone: '138****', other: 'x' }
  expect(filledIn(['order', 'phone', 'reason'], [field('order'), field('phone', 'personal'), field('reason'), field('other')], values)).toEqual({ order: 'QQ1' })
})
