/** What the stand-in for Electron tells the test, over Node's channel between parent and child. */

/** As JSON carries it; functions become `(function)`. */
export type Told = string | number | boolean | null | undefined | readonly Told[] | { readonly [name: string]: Told };

export interface Call {
  readonly call: string;
  readonly args: readonly Told[];
}

export interface Answer {
  readonly id: number;
  readonly result: Told;
  readonly error: string | null;
}

function plain(value: unknown): Told {
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === 'function' ? '(function)' : part));
  return text === undefined ? null : (JSON.parse(text) as Told);
}

/** @param sent called when the report is on its way, for a process that ends right after it. */
export function report(call: string, args: readonly unknown[], sent: () => void = () => undefined): void {
  process.send?.({ call, args: args.map(plain) } satisfies Call, undefined, undefined, sent);
}

export function answer(id: number, result: unknown, error: string | null = null): void {
  process.send?.({ id, result: plain(result), error } satisfies Answer);
}
