import { createPinia, setActivePinia } from 'pinia'
import { expect, it } from 'vitest'
import { ref } from 'vue'
import { createDrafts } from '../drafts'
import type { Mode } from '../drafts'
import { createUploads } from '../files/uploads'
import { useComposing } from '../composing'
import { useKept } from './useKept'

it('puts back what was refused where it was written, whatever is open by then', () => {
  setActivePinia(createPinia())
  const stored = new Map<string, string>()
  const drafts = createDrafts({ read: key => stored.get(key) ?? null, write: (key, value) => void (value === null ? stored.delete(key) : stored.set(key, value)), keys: () => [] }, 'me')
  const uploads = createUploads({ begin: () => new Promise(() => {}) } as never)
  const [id, mode] = [ref('a'), ref<Mode>('reply')]
  const composing = useComposing()
  drafts.set('a', 'reply', '**later**')
  uploads.add('a:reply', [new File(['x'], 'x.txt')])
  composing.answering['a'] = { seq: 3, who: 'Li', text: '?' }
  const back = useKept({ id: () => id.value, mode, drafts, uploads })()
  const [file] = uploads.of('a:reply')
  drafts.set('a', 'reply', '')
  uploads.remove('a:reply', file!)
  composing.done('a')

  id.value = 'b'
  mode.value = 'note'
  drafts.set('b', 'note', 'a note')
  drafts.set('a', 'reply', 'more')
  back()
  expect([drafts.get('a', 'reply'), drafts.get('b', 'note'), drafts.get('b', 'reply')]).toEqual(['**later**\nmore', 'a note', ''])
  expect(uploads.of('a:reply')).toEqual([file])
  expect(composing.answering['a']?.seq).toBe(3)
})
