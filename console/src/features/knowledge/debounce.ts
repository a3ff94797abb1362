/** Calls once nobody has called for a while. */
export function useDebounceFn<T>(run: (value: T) => void, ms: number) {
  let timer: ReturnType<typeof setTimeout> | undefined
  return (value: T) => {
    clearTimeout(timer)
    timer = setTimeout(() => run(value), ms)
  }
}
