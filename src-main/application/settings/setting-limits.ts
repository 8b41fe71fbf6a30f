/** Every dial of a run's configuration by dotted path, with what it may be set to; read off the schema itself. */
import { z } from 'zod';
import { trainingConfigSchema } from '#contract/training-config.ts';

/** What one setting takes. */
export interface SettingLimits {
  /** `encoder.width` */
  readonly key: string;
  /** In words: `0.25 to 4`, `one of sgd, lars, adamw`. */
  readonly allowed: string;
  /** The value a text stands for, or undefined when it stands for none that the setting's type knows. */
  readonly read: (text: string) => unknown;
}

/** The part of JSON Schema that zod writes for the configuration. */
interface JsonSchema {
  readonly type?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

function rangeInWords(schema: JsonSchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const low = minimum ?? (exclusiveMinimum === undefined ? undefined : `above ${exclusiveMinimum}`);
  const high = maximum ?? (exclusiveMaximum === undefined ? undefined : `below ${exclusiveMaximum}`);
  const range = [low, high].filter((bound) => bound !== undefined).join(' to ');
  return schema.type === 'integer' ? `whole, ${range}` : range;
}

function allowedInWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return schema.enum.length === 1 ? schema.enum[0]! : `one of ${schema.enum.join(', ')}`;
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'null') return 'null';
  if (schema.anyOf === undefined) return rangeInWords(schema);
  if (schema.anyOf.every((option) => option.const !== undefined)) {
    return `one of ${schema.anyOf.map((option) => option.const).join(', ')}`;
  }
  return schema.anyOf.map(allowedInWords).join(', or ');
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function readValue(schema: JsonSchema, text: string): unknown {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((option) => readValue(option, text)).find((value) => value !== undefined);
  }
  if (schema.type === 'null') return text === 'null' ? null : undefined;
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (schema.type === 'number' || schema.type === 'integer') return NUMBER.test(text) ? Number(text) : undefined;
  return text;
}

function leavesOf(schema: JsonSchema, path: readonly string[]): readonly SettingLimits[] {
  const groups = [schema, ...(schema.anyOf ?? [])].filter((option) => option.properties !== undefined);
  if (groups.length === 0) {
    const allowed = allowedInWords(schema);
    return [{ key: path.join('.'), allowed, read: (text) => readValue(schema, text) }];
  }
  return groups.flatMap((group) =>
    Object.entries(group.properties!).flatMap(([name, inner]) => leavesOf(inner, [...path, name])),
  );
}

let known: ReadonlyMap<string, SettingLimits> | null = null;

/** Every setting, by key, in the schema's order. */
export function settingLimits(): ReadonlyMap<string, SettingLimits> {
  known ??= new Map(
    leavesOf(z.toJSONSchema(trainingConfigSchema, { io: 'input' }) as JsonSchema, []).map((one) => [one.key, one]),
  );
  return known;
}
