import { inject } from 'vue'
import type { InjectionKey } from 'vue'
import type { Http } from './client'

export const httpKey: InjectionKey<Http> = Symbol('http')

export function useHttp(): Http {
  const http = inject(httpKey)
  if (!http) throw new Error('no http client is provided')
  return http
}
