/** The contract as something to be implemented, and how an error of ours reaches a face. */
import { implement, ORPCError } from '@orpc/server';
import { errorCatalogue } from '#contract/errors.ts';
import { isKindredError } from '#base/errors.ts';
import { studioContract } from '#contract/studio/studio-contract.ts';
import type { StudioSession } from '../studio-session.ts';

export interface CallContext {
  readonly session: StudioSession;
}

export const studio = implement(studioContract).$context<CallContext>();

/** An input that the contract refuses, in the catalogue's terms; null for any other error. */
function refusedInput(error: unknown): ORPCError<string, unknown> | null {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return null;
  const issues = (error.data as { issues?: readonly { path?: readonly unknown[]; message: string }[] } | undefined)
    ?.issues;
  const first = issues?.[0];
  const where = first?.path?.join('.') ?? '';
  const message = first
    ? `${where === '' ? 'The request' : where}: ${first.message}.`
    : 'The request is not understood.';
  return new ORPCError('usage.invalid', { status: errorCatalogue['usage.invalid'].status, message, data: { where } });
}

/**
 * Catalogue errors cross with code, words and data, refused inputs as `usage.invalid`; any other error as it is, which
 * the handler turns into "Internal server error" with nothing of its insides.
 */
export function asAnswer(error: unknown): unknown {
  if (!isKindredError(error)) return refusedInput(error) ?? error;
  const entry = errorCatalogue[error.code as keyof typeof errorCatalogue] as { status: number } | undefined;
  return new ORPCError(error.code, { status: entry?.status ?? 500, message: error.message, data: error.data });
}
