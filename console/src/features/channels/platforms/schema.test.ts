import { expect, it } from 'vitest'
import { draftOf, fieldsOf, missing, readRows, valuesOf } from './schema'
import { failureRate } from './source'
import type { Schema } from './schema'

const schema: Schema = {
  properties: {
    appId: { type: 'string', title: 'AppID', 'x-where': 'https://mp.weixin.qq.com/' },
    appSecret: { type: 'string', title: 'App secret', writeOnly: true, format: 'password' },
    safeMode: { type: 'boolean', title: 'Sealed only' },
    region: { type: 'string', title: 'Region', default: 'ap-guangzhou' },
    hookSecret: { type: 'string', title: 'Hook', writeOnly: true },
  },
  required: ['appId', 'appSecret', 'hookSecret'],
}

it('draws a form from the schema, without what the server makes', () => {
  const fields = fieldsOf(schema)
  expect(fields.map(one => [one.key, one.control, one.required, one.rare])).toEqual([
    ['appId', 'text', true, false], ['appSecret', 'secret', true, false], ['safeMode', 'toggle', false, true], ['region', 'text', false, true],
  ])
  expect(missing(fields, valuesOf(schema, {}), [])).toEqual(['appId', 'appSecret'])
  expect(missing(fields, valuesOf(schema, { appId: 'wx1' }), ['appSecret'])).toEqual([])
})

it('leaves secrets alone that nobody typed', () => {
  const values = valuesOf(schema, { appId: 'wx1' })
  expect(draftOf(schema, values)).toEqual({ appId: 'wx1', safeMode: 'false', region: 'ap-guangzhou' })
  expect(draftOf(schema, { ...values, appSecret: ' s ' }).appSecret).toBe('s')
})

it('reads several at once and says which lines are wrong', () => {
  expect(readRows('name,appId,appSecret\n总店,wx1,s1\n分店,wx2\n,wx3,s3\n', schema)).toEqual({
    rows: [{ name: '总店', settings: { appId: 'wx1', appSecret: 's1' } }],
    problems: [{ line: 3, text: 'appSecret' }, { line: 4, text: 'name' }],
  })
  expect(readRows('name\twhat', schema).problems).toEqual([{ line: 1, text: 'what' }])
  expect(readRows(' ', schema)).toEqual({ rows: [], problems: [] })
})

it('counts failures of the last hour, and none when nothing went out', () => {
  expect(failureRate({ sent: 0, failed: 0 })).toBeNull()
  expect(failureRate({ sent: 3, failed: 1 })).toBe(25)
})
