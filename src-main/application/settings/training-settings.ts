import { distance } from 'fastest-levenshtein';
import { KindredError } from '#base/errors.ts';
import { trainingConfigSchema, type TrainingConfig, type TrainingConfigInput } from '#contract/training-config.ts';
import { settingLimits, type SettingLimits } from './setting-limits.ts';

/** Plain nested data on its way to the schema. */
interface ConfigData {
  [key: string]: unknown;
}

const isGroup = (value: unknown): value is ConfigData =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Groups of which exactly one key is set: a new one replaces the old. */
const ONE_OF_GROUPS: ReadonlySet<string> = new Set(['length']);

const lastName = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

function unknownKey(key: string): KindredError {
  const keys = [...settingLimits().keys()];
  const inGroup = keys.filter((one) => one.startsWith(`${key}.`));
  if (inGroup.length > 0) {
    const text = `"${key}" is a group of settings. Set one of ${inGroup.join(', ')}.`;
    return new KindredError('config.unknownKey', text, { key, nearest: inGroup[0] });
  }
  const farness = (one: string): number => Math.min(distance(key, one), distance(key, lastName(one)) + 0.5);
  const nearest = keys.toSorted((a, b) => farness(a) - farness(b))[0]!;
  const text = `There is no setting "${key}". The nearest is "${nearest}".`;
  return new KindredError('config.unknownKey', text, { key, nearest });
}

function outOfRange(limits: SettingLimits, given: unknown): KindredError {
  const { key, allowed } = limits;
  const text = `${key} can't be ${typeof given === 'string' ? `"${given}"` : String(given)}. Allowed: ${allowed}.`;
  return new KindredError('config.outOfRange', text, { key, given, allowed });
}

/** @throws KindredError `usage.invalid`, `config.unknownKey`, `config.outOfRange`. */
function readAssignment(assignment: string): { readonly key: string; readonly value: unknown } {
  const equals = assignment.indexOf('=');
  if (equals <= 0) {
    const text = `"${assignment}" sets nothing. Write a setting and its value, as in encoder.width=0.25.`;
    throw new KindredError('usage.invalid', text, { assignment });
  }
  const key = assignment.slice(0, equals).trim();
  const text = assignment.slice(equals + 1).trim();
  if (key === 'secondViews' && text === 'null') return { key, value: null };
  const limits = settingLimits().get(key);
  if (limits === undefined) throw unknownKey(key);
  const value = limits.read(text);
  if (value === undefined) throw outOfRange(limits, text);
  return { key, value };
}

function withValue(data: ConfigData, path: readonly string[], value: unknown): ConfigData {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) return { ...data, [name]: value };
  const inner = data[name];
  const kept = isGroup(inner) && !ONE_OF_GROUPS.has(name) ? inner : {};
  return { ...data, [name]: withValue(kept, rest, value) };
}

/**
 * A configuration with some of its dials set; neither is changed.
 *
 * @param assignments `encoder.width=0.25`: a dotted path to a field and its value; later ones win.
 * @throws KindredError `config.unknownKey` naming the nearest key, `config.outOfRange` naming the limits,
 *   `usage.invalid` for a text without `=`.
 */
export function withSettings(base: TrainingConfigInput, assignments: readonly string[]): TrainingConfigInput {
  let data: ConfigData = { ...base };
  for (const assignment of assignments) {
    const { key, value } = readAssignment(assignment);
    data = withValue(data, key.split('.'), value);
  }
  parseTrainingConfig(data);
  return data as TrainingConfigInput;
}

/**
 * A whole configuration of what somebody gave, with every default filled in.
 *
 * @throws KindredError `config.unknownKey`, `config.outOfRange`, for the first thing that is wrong.
 */
export function parseTrainingConfig(input: unknown): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const key = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    throw unknownKey([key, issue.keys[0]!].filter((part) => part !== '').join('.'));
  const limits = settingLimits().get(key) ?? limitsOfGroup(key, input);
  if (limits !== null) throw outOfRange(limits, valueAt(input, limits.key.split('.')));
  throw new KindredError('config.outOfRange', `${key === '' ? 'The configuration' : key}: ${issue.message}.`, { key });
}

/** The setting given in a group of which one key is set. */
function limitsOfGroup(group: string, input: unknown): SettingLimits | null {
  const given = valueAt(input, group.split('.'));
  const name = isGroup(given) ? Object.keys(given)[0] : undefined;
  return name === undefined ? null : (settingLimits().get(`${group}.${name}`) ?? null);
}

function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isGroup(value) ? value[name] : undefined), data);
}
