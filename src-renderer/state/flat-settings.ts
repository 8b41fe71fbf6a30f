/** A run's configuration by dotted path, as dials, comparisons and a start over with changes name its parts. */
export type SettingValue = string | number | boolean | null;

/** `{ encoder: { width: 0.5 } }` → `encoder.width` → 0.5 */
export function flatSettings(config: object): ReadonlyMap<string, SettingValue> {
  const flat = new Map<string, SettingValue>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
    } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) {
      flat.set(path, value);
    }
  };
  walk(config, '');
  return flat;
}
