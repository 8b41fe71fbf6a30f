/** How long a step may wait for what should show, the machine under other load included; after that it has failed. */
import { expect as expectSoon } from '@playwright/test';

export const PATIENCE_MS = 60_000;
export const expect = expectSoon.configure({ timeout: PATIENCE_MS });
