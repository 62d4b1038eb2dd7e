/** Whether a UTF-16 unit is what `\s` matches. */
export const isWhitespace = (unit: number): boolean =>
  unit < 0x80
    ? unit === 32 || (unit >= 9 && unit <= 13)
    : unit === 0xa0 ||
      unit === 0xfeff ||
      unit === 0x1680 ||
      (unit >= 0x2000 && unit <= 0x200a) ||
      unit === 0x2028 ||
      unit === 0x2029 ||
      unit === 0x202f ||
      unit === 0x205f ||
      unit === 0x3000;
