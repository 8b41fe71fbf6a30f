import { describe, expect, it } from 'vitest';
import { keyCommand } from '../../../src-renderer/state/key-command.ts';
import { isTyping, shortcutGroups } from '../../../src-renderer/state/shortcuts.ts';

const BODY = { tagName: 'BODY' };
const FIELD = { tagName: 'INPUT', type: 'search' };
const press = (key: string, target: object = BODY, modifiers: object = {}): string | null =>
  keyCommand({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    target,
    ...modifiers,
  });

describe('keyCommand', () => {
  it('goes to each place by its digit, and lists shortcuts on "?"', () => {
    expect(['1', '2', '3', '4'].map((key) => press(key))).toEqual(['go.images', 'go.pairs', 'go.train', 'go.map']);
    expect(press('?')).toBe('shortcuts.show');
  });

  it('is silent where somebody types, but for the palette', () => {
    for (const key of ['1', '?', '/']) expect(press(key, FIELD)).toBeNull();
    expect(press('z', FIELD, { ctrlKey: true })).toBeNull();
    expect(press('k', FIELD, { ctrlKey: true })).toBe('palette.open');
  });

  it('undoes and does again with either modifier, and leaves the browser its own keys', () => {
    expect(press('z', BODY, { ctrlKey: true })).toBe('undo');
    expect(press('Z', BODY, { metaKey: true, shiftKey: true })).toBe('redo');
    expect(press('1', BODY, { ctrlKey: true })).toBeNull();
    expect(press('k', BODY)).toBeNull();
  });
});

describe('isTyping', () => {
  it('tells fields for text from sliders and boxes to tick', () => {
    expect(isTyping(FIELD)).toBe(true);
    expect(isTyping({ tagName: 'TEXTAREA' })).toBe(true);
    expect(isTyping({ tagName: 'DIV', isContentEditable: true })).toBe(true);
    expect(isTyping({ tagName: 'INPUT', type: 'range' })).toBe(false);
    expect(isTyping(null)).toBe(false);
  });
});

describe('shortcutGroups', () => {
  it('names no key twice in a group', () => {
    for (const { shortcuts } of shortcutGroups) {
      const keys = shortcuts.map((one) => one.keys.join(' '));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});
