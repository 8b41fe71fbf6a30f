/**
 * `--set a=1 b=2 moths` → `--set a=1 --set b=2 moths`: settings end where a word is none, so that what follows them is
 * taken for what it is.
 */
export function spreadSettings(words: readonly string[]): readonly string[] {
  let isAfterSetting = false;
  return words.flatMap((word, i) => {
    const isFirst = words[i - 1] === '--set';
    const isFurther = isAfterSetting && !word.startsWith('-') && word.includes('=');
    isAfterSetting = isFirst || isFurther;
    return isFurther && !isFirst ? ['--set', word] : [word];
  });
}
