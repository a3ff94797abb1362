/** What people in service write; names are in `chat.emoji`. Rows of the picker, by kind. */
export const emoji = {
  faces: [...'😀😄😁😆😅😂🙂😉😊😇😍🥰😘😋😜🤗🤔🤭😌😏😐😴😷🤒🥳😎🤩😢😭😤😡😳😱😰😥😓🙄😬🤝🥺'],
  hands: [...'👍👎👌✌🤞👏🙏💪👋🤙👉👈👆👇✋🤚🙌🙋🙇💁🤷🤦'],
  things: [...'❤💔💯✨🎉🎁🎂🌹💐🍀🔥⭐🌟☀🌙⚡☕🍎📦🚚🏠🛒💰💳🧾📅⏰📞📱💻📷📎✏📌🔒🔑🔧🔔🚗✈'],
  signs: [...'✅❌❗❓⚠🚫🆗🆕🔴🟡🟢🔵➡⬅⬆⬇🔄🔗ℹ'],
} as const
export type EmojiKind = keyof typeof emoji

const most = 16
/** Those used last come first. */
export const usedNow = (used: readonly string[], sign: string) => [sign, ...used.filter(one => one !== sign)].slice(0, most)
