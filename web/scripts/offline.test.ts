import { describe, expect, it } from 'vitest';

import { withAssets } from './offline';

describe('withAssets', () => {
  it('writes the names in', () => {
    expect(withAssets('const a=new Set(__ASSETS__);', ['assets/b.js', 'assets/a.css'])).toBe('const a=new Set(["assets/a.css","assets/b.js"]);');
  });

  it('refuses a script that would keep nothing, or could not be loaded', () => {
    expect(() => withAssets('const a=new Set([]);', [])).toThrow('0 times');
    expect(() => withAssets('import{a}from"./a.js";b(__ASSETS__)', [])).toThrow('neither import');
    expect(() => withAssets('b(__ASSETS__);export{b}', [])).toThrow('nor export');
  });
});
