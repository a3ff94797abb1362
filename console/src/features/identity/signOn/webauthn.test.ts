import { expect, it } from 'vitest'
import { isCancelled, toBytes, toText } from './webauthn'

it('writes and reads base64url without padding', () => {
  const bytes = Uint8Array.from({ length: 70 }, (_, n) => (n * 37) % 256)
  for (let length = 0; length < bytes.length; length++) {
    const text = toText(bytes.slice(0, length).buffer)
    expect(text).not.toMatch(/[+/=]/)
    expect([...toBytes(text)]).toEqual([...bytes.slice(0, length)])
  }
})

it('knows a closed window from trouble', () => {
  expect(isCancelled(new DOMException('', 'NotAllowedError'))).toBe(true)
  expect(isCancelled(new DOMException('', 'SecurityError'))).toBe(false)
  expect(isCancelled(new Error('x'))).toBe(false)
})
