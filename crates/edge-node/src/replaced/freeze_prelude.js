// `--frozen-intrinsics` freezes the prototypes of parts of Intl that are not there (only Segmenter is). The file takes Intl from the global object
// once, when it is loaded: it gets a stand-in that has prototypes for it to freeze, and that inherits from Intl, which is frozen with it.
'use strict';
{
  const { ObjectDefineProperty, ReflectGetOwnPropertyDescriptor, globalThis } = primordials;
  const described = ReflectGetOwnPropertyDescriptor(globalThis, 'Intl');
  const { Intl } = globalThis;
  if (described !== undefined && described.configurable) {
    ObjectDefineProperty(globalThis, 'Intl', {
      __proto__: null,
      configurable: true,
      get() {
        ObjectDefineProperty(globalThis, 'Intl', described);
        const none = { prototype: { __proto__: null } };
        return {
          __proto__: Intl,
          Collator: none,
          DateTimeFormat: none,
          ListFormat: none,
          NumberFormat: none,
          PluralRules: none,
          RelativeTimeFormat: none,
        };
      },
    });
  }
}
