/** Pixels that the customer's card took when it was last shown, in this tab. */
export const usual = { height: 280 }
