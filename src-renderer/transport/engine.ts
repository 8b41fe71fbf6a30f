/** The engine's commands as typed calls. Whatever the window knows, it knows through here. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { isolatedQuotes } from '../../src-main/contract/isolated-name.ts';
import type { StudioContract } from '../../src-main/contract/studio/studio-contract.ts';

export type Engine = ContractRouterClient<StudioContract>;

export function connectEngine(key: string): Engine {
  const link = new RPCLink({ url: `${location.origin}/rpc`, headers: () => ({ 'x-kindred-key': key }) });
  return createORPCClient<Engine>(link);
}

/** What went wrong, in words for a person. */
export function messageOf(error: unknown): string {
  if (error instanceof TypeError) return 'The engine does not answer. Nothing is lost: try it again when it is back.';
  return isolatedQuotes(error instanceof Error ? error.message : String(error));
}

/** True when the engine itself could not be reached (it is restarting), as against an answer that says no. */
export const isUnreachable = (error: unknown): boolean => error instanceof TypeError;
