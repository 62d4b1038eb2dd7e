/** A member's name as MCP writes it: `sourceCode` → `source_code`. Names are ASCII, so the way back is a look-up. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
