import { QueqiaoError, type Store } from './types'

export interface Phone { token: string; vendor: string; locale?: string }

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** By which token this phone is told. The server knows nobody who has said nothing, so it may have to wait for the first message. */
export class Phones {
  readonly #call: Call
  readonly #store: Store | undefined
  readonly #key: string
  #phone: Phone | null = null
  #done = false

  constructor(call: Call, store: Store | undefined, key: string) {
    this.#call = call
    this.#store = store
    this.#key = key
  }

  /** @param now whether the user is known already */
  async register(phone: Phone, now: boolean): Promise<void> {
    const before = this.#phone ?? await this.#kept()
    if (before && before.token !== phone.token) await this.leave()
    this.#phone = phone
    this.#done = false
    await this.#store?.set(this.#key, JSON.stringify(phone))
    if (now) await this.again()
  }

  /** What is not registered yet is; troubles of the way are none of the caller's: it is tried again next time. */
  async again(): Promise<void> {
    this.#phone ??= await this.#kept()
    if (!this.#phone || this.#done) return
    try {
      await this.#call('POST', '/widget/v1/push', this.#phone)
      this.#done = true
    } catch (trouble) {
      if (trouble instanceof QueqiaoError && trouble.status === 400) throw trouble // the app's own mistake
    }
  }

  async leave(): Promise<void> {
    const phone = this.#phone ?? await this.#kept()
    this.#phone = null
    this.#done = false
    await this.#store?.set(this.#key, null)
    if (phone) await this.#call('POST', '/widget/v1/push/forget', phone).catch(() => undefined)
  }

  async #kept(): Promise<Phone | null> {
    return JSON.parse((await this.#store?.get(this.#key)) ?? 'null') as Phone | null
  }
}
