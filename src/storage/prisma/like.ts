/** Text for LIKE that means itself: Prisma puts the pattern around it, but does not escape what is in it. */
export function likePattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
