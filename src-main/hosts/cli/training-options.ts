/** A run's configuration from the words of a command line: preset, then `--set key=value`, then the named options. */
import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { KindredError } from '#base/errors.ts';
import { type Preset, presetConfig, presetNames, presetSchema } from '#contract/preset.ts';
import { type TrainingConfig, type TrainingConfigInput, trainingConfigSchema } from '#contract/training-config.ts';

export interface ConfigOptions {
  readonly preset: string;
  readonly set?: readonly string[];
  readonly batch?: string;
  readonly epochs?: string;
  readonly steps?: string;
  readonly minutes?: string;
  readonly seed?: string;
}

type Settings = Record<string, unknown>;

/**
 * @param presetText gives a preset file's text by its name, or null.
 * @throws KindredError `usage.invalid`, `config.unknownKey` naming the nearest, `config.outOfRange` naming the limits.
 */
export function configFrom(options: ConfigOptions, presetText: (name: string) => string | null): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(presetConfig(presetOf(options, presetText), changesOf(options)));
  if (parsed.success) return parsed.data;
  throw settingError(parsed.error.issues[0]!);
}

/**
 * For a preset that leaves something open (`auto`): lays the given options over what was chosen. null for the others.
 * Call after `configFrom`, which has checked the settings.
 */
export function changesOver(
  options: ConfigOptions,
  presetText: (name: string) => string | null,
): ((chosen: TrainingConfig) => TrainingConfig) | null {
  const preset = presetOf(options, presetText);
  if (!preset.isResolved) return null;
  return (chosen) => trainingConfigSchema.parse(presetConfig({ ...preset, config: { ...chosen } }, changesOf(options)));
}

function presetOf({ preset }: ConfigOptions, presetText: (name: string) => string | null): Preset {
  const text = /^[a-z-]+$/.test(preset) ? presetText(preset) : null;
  if (text === null) {
    const message = `There is no preset "${preset}". There are ${presetNames.join(', ')}.`;
    throw new KindredError('usage.invalid', message, { preset, names: presetNames });
  }
  return presetSchema.parse(JSON.parse(text));
}

function changesOf(options: ConfigOptions): TrainingConfigInput {
  const changes: Settings = {};
  for (const setting of options.set ?? []) applySetting(changes, setting);
  applyNamed(changes, options);
  return changes as TrainingConfigInput;
}

function applySetting(changes: Settings, setting: string): void {
  const at = setting.indexOf('=');
  if (at < 1) throw new KindredError('usage.invalid', `--set takes key=value, not "${setting}".`, { setting });
  const path = setting.slice(0, at).split('.');
  let place = changes;
  for (const key of path.slice(0, -1)) {
    const inner = place[key];
    place = place[key] = typeof inner === 'object' && inner !== null ? (inner as Settings) : {};
  }
  place[path.at(-1)!] = valueOf(setting.slice(at + 1));
}

/** Numbers, true, false, null and quoted text as JSON; anything else as text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function applyNamed(changes: Settings, { batch, epochs, steps, minutes, seed }: ConfigOptions): void {
  if (batch !== undefined) changes['batchSize'] = valueOf(batch);
  if (seed !== undefined) changes['seed'] = valueOf(seed);
  const lengths = Object.entries({ epochs, steps, minutes }).filter(([, value]) => value !== undefined);
  if (lengths.length > 1) {
    const given = lengths.map(([name]) => `--${name}`).join(' and ');
    throw new KindredError('usage.invalid', `Give one length: ${given} exclude each other.`, { given });
  }
  for (const [name, value] of lengths) changes['length'] = { [name]: valueOf(value!) };
}

function settingError(issue: z.core.$ZodIssue): KindredError {
  const choices = issue.code === 'invalid_union' ? literalsOf(issue) : null;
  if (choices !== null) return outOfRange(issue.path, `it must be one of ${choices.join(', ')}`);
  if (issue.code === 'invalid_union' && issue.errors[0]?.[0] !== undefined) {
    const inner =
      issue.errors.flat().find(({ code }) => code !== 'unrecognized_keys' && code !== 'invalid_type') ??
      issue.errors[0][0];
    return settingError({ ...inner, path: [...issue.path, ...inner.path] });
  }
  if (issue.code === 'unrecognized_keys') {
    const unknown = [...issue.path.map(String), issue.keys[0]!].join('.');
    const nearest = knownKeys().toSorted((a, b) => distance(unknown, a) - distance(unknown, b))[0]!;
    return new KindredError('config.unknownKey', `There is no setting "${unknown}". Did you mean "${nearest}"?`, {
      unknown,
      nearest,
    });
  }
  return outOfRange(issue.path, limitsOf(issue));
}

function outOfRange(keys: readonly PropertyKey[], limits: string): KindredError {
  const path = keys.map(String).join('.');
  return new KindredError('config.outOfRange', `Setting "${path}": ${limits}.`, { path });
}

/** What a setting may be when only certain values will do, each an alternative of its own; else null. */
function literalsOf({ errors }: z.core.$ZodIssueInvalidUnion): readonly unknown[] | null {
  const values = errors.map(([issue]) => (issue?.code === 'invalid_value' ? issue.values : null));
  return values.some((one) => one === null) ? null : values.flatMap((one) => one!);
}

function limitsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big')
    return `the value is too large; it must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`;
  if (issue.code === 'too_small')
    return `the value is too small; it must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`;
  if (issue.code === 'invalid_value') return `it must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type') return `it takes ${kindWord(issue.expected)}`;
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}

function kindWord(expected: string): string {
  if (expected === 'int') return 'a whole number';
  if (expected === 'boolean') return 'true or false';
  return expected === 'object' ? 'settings of its own, each by its dotted path' : `a ${expected}`;
}

/** Every dotted path that `--set` reaches. */
function knownKeys(): readonly string[] {
  const keys: string[] = ['length.epochs', 'length.steps', 'length.minutes'];
  const collect = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) keys.push(path);
    else for (const [key, inner] of Object.entries(value)) collect(inner, path === '' ? key : `${path}.${key}`);
  };
  const { views, ...rest } = trainingConfigSchema.parse({});
  collect({ ...rest, views, secondViews: views }, '');
  return keys;
}
