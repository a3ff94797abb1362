import { computed, ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { Mark } from '@/lib/formatted'
import { localStore } from '@/lib/storage'
import type { Field } from './field'
import { formats } from './formats'
import type { Format } from './formats'

const key = 'queqiao.formatBar'

/** Bold, lists and the like by button and key: only what the channel shows. */
export function useFormats({ field, showing, place }: { field: Readonly<Ref<Field | null>>; showing: () => readonly Mark[]; place: Ref<string> }) {
  const open = ref(localStore.read(key) === 'open')
  watch(open, now => localStore.write(key, now ? 'open' : null))
  /** What the caret stands in. */
  const inside = ref<readonly string[]>([])
  /** A link that is being given its address. */
  const linking = ref<{ href: string } | null>(null)
  watch(place, () => (linking.value = null))

  function put(format: Format) {
    if (format.name !== 'link') return field.value?.put(format.name)
    linking.value = linking.value ? null : { href: field.value?.link().href ?? '' }
  }
  return {
    open, inside, linking, put,
    offered: computed(() => formats.filter(one => showing().includes(one.mark))),
    link(href: string | null) {
      linking.value = null
      field.value?.focus()
      field.value?.setLink(href)
    },
    stay() {
      linking.value = null
      field.value?.focus()
    },
    /** True: the key made something of what is selected, or nothing because the channel would not show it. */
    key(event: KeyboardEvent): boolean {
      if (!(event.metaKey || event.ctrlKey) || event.altKey) return false
      const chosen = formats.find(one => (one.name === 'link' && event.shiftKey && event.key.toLowerCase() === 'u') || (one.key === event.key.toLowerCase() || event.code === `Digit${one.key}`) && Boolean(one.shift) === event.shiftKey)
      if (!chosen || !showing().includes(chosen.mark)) return false
      // Ctrl+K is the command bar's too: it is a link's where words are selected, or a link stands. Ctrl+Shift+U is a link's always.
      if (chosen.name === 'link' && !event.shiftKey) {
        const at = field.value?.link()
        if (!at?.some && !at?.href) return false
      }
      event.preventDefault()
      put(chosen)
      return true
    },
  }
}
