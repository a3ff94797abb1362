/** A deep copy of data that came as JSON: what a form changes is not what the cache holds. */
export const copyOf = <T>(data: T): T => JSON.parse(JSON.stringify(data)) as T
