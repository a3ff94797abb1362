import { expect, test } from 'vitest'
import { readPairs, readParameters, refundAction, writePairs, writeParameters } from './actions'

test('parameters are read as they are written', () => {
  const text = 'order_id: string(40)\nnote?: string\namount: number\nkind: string = refund; return'
  expect(writeParameters(readParameters(text)!)).toBe(text)
  expect(readParameters('Order Id: string')).toBeNull()
  expect(readParameters('x: thing')).toBeNull()
  expect(readParameters('plain')).toEqual([{ name: 'plain', required: true, type: 'string', maxLength: 200, options: null }])
})

test('pairs keep what comes after the first sign', () => {
  expect(readPairs('Authorization: Bearer a:b', ':')).toEqual({ Authorization: 'Bearer a:b' })
  expect(readPairs(writePairs({ id: '/refund/id' }))).toEqual({ id: '/refund/id' })
  expect(readPairs('nothing')).toBeNull()
})

test('a refund asks first and wants to know who it is', () => {
  expect(refundAction('x').definition).toMatchObject({ confirm: true, verify: true })
})
