/** Texts that are no part of the first load. The app knows where they are; whoever needs some waits for them here. */
let load = () => Promise.resolve()

export const setLater = (how: () => Promise<void>) => { load = how }
export const whenLater = () => load()
