import { reactive } from 'vue'
import { defineStore } from 'pinia'
import type { MessageItem } from '@/api/types'

export interface Quoted { seq: number; who: string; text: string }

/** What the composer of a conversation is about to answer. */
export const useComposing = defineStore('composing', () => {
  const answering = reactive<Record<string, Quoted>>({})
  return {
    answering,
    answer(id: string, item: MessageItem, who: string) { answering[id] = { seq: item.seq, who, text: item.text } },
    done(id: string) { delete answering[id] },
  }
})
