import { onScopeDispose, toValue, watch } from 'vue'
import type { MaybeRefOrGetter, Ref } from 'vue'
import type { Mode } from './drafts'
import { createDraftSync } from './draftSync'
import { useRested } from '@/lib/rested'
import { useWorkbench } from './workbench'

/** The composer's text is on the server two seconds after it was typed, and comes from there when the tab is looked at again. */
export function useDraftSync(id: MaybeRefOrGetter<string>, local: { get(id: string, mode: Mode): string; set(id: string, mode: Mode, text: string): void }, text: Ref<string>, mode: Ref<Mode>) {
  const source = useWorkbench()
  const sync = createDraftSync({ local, load: source.drafts, save: source.saveDraft })
  const pull = () => { if (document.visibilityState === 'visible') void sync.pull(toValue(id)) }
  watch(useRested(() => toValue(id)), pull, { immediate: true })
  watch(text, () => sync.changed(toValue(id), mode.value))
  window.addEventListener('focus', pull)
  onScopeDispose(() => window.removeEventListener('focus', pull))
}
