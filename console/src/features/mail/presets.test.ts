import { expect, it } from 'vitest'
import { presetOf, presets, valuesOfPreset } from './presets'

it('knows common mailboxes by their domain and fills both servers in', () => {
  expect(presetOf(' Ann@QQ.com')?.id).toBe('qq')
  expect(presetOf('ann@gmail.com')?.trusted).toBe('mx.google.com')
  expect(presetOf('ann@shop.example')).toBeUndefined()
  expect(presetOf('ann')).toBeUndefined()
  for (const preset of presets) {
    const { imapHost, imapPort, smtpHost, smtpPort, smtpSecurity } = valuesOfPreset(preset)
    expect([imapHost, smtpHost].every(host => /^[a-z0-9.-]+\.[a-z]+$/.test(host!)), preset.id).toBe(true)
    expect(imapPort).toBe('993')
    expect(smtpSecurity === 'starttls' ? smtpPort === '587' : ['465', '994'].includes(smtpPort!), preset.id).toBe(true)
  }
})
