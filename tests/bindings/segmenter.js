// Questions to Intl.Segmenter whose answers must be Node's.
'use strict';
const t = (name, question) => {
  try {
    console.log(name, '->', question());
  } catch (error) {
    console.log(name, '!!', error.name, error.message);
  }
};
const S=Intl.Segmenter;
t('new',()=>S('en'));
t('tag',()=>[Object.prototype.toString.call(Intl),Object.prototype.toString.call(new S()),S.length,S.name,Object.getOwnPropertyNames(S.prototype),Object.getOwnPropertyNames(S)]);
const it=new S().segment('abc');
t('segs',()=>[Object.prototype.toString.call(it),Object.getOwnPropertyNames(Object.getPrototypeOf(it)),Reflect.ownKeys(Object.getPrototypeOf(it))]);
const i=it[Symbol.iterator]();
t('iter',()=>[Object.prototype.toString.call(i),Reflect.ownKeys(Object.getPrototypeOf(i)),i.next(),i.next(),i.next(),i.next(),i.next(), i[Symbol.iterator]()===i]);
t('iter proto',()=>Object.getPrototypeOf(Object.getPrototypeOf(i))===Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())));
t('insp',()=>[new S(),it,i,Intl.Segmenter]);
t('opt',()=>new S('en',{granularity:'x'}));
t('opt2',()=>new S('en',null));
t('opt3',()=>new S('en',5).resolvedOptions());
t('opt4',()=>new S('en',{localeMatcher:'x'}));
t('loc',()=>new S('x-y-zzzzzzzzzzzz'));
t('loc2',()=>new S(5));
t('loc3',()=>new S([5]));
t('loc3',()=>new S(null));
t('loc4',()=>new S(['de-de','fr']).resolvedOptions());
t('loc5',()=>new S('en-u-co-phonebk',{granularity:'word'}).resolvedOptions());
t('loc6',()=>new S().resolvedOptions());
t('sup',()=>S.supportedLocalesOf(['en-us','de']));
t('can',()=>Intl.getCanonicalLocales(['EN-us','de']));
t('call',()=>S.prototype.segment.call({}, 'a'));
t('cont',()=>[it.containing(0),it.containing(2),it.containing(3),it.containing(-1),it.containing(1.9),it.containing(),it.containing(NaN)]);
t('seg undefined',()=>[...new S().segment()].length);
t('sym',()=>new S().segment(Symbol()));
for(const g of ['grapheme','word','sentence']) for(const s of ['','a','e\u0301x','👨‍👩‍👧‍👦🇩🇪🇫🇷x','Hello, world! 3.14 don\'t. Next one? Yes.\r\nx','日本語テスト','สวัสดีชาวโลก','\ud800x','한국어 각','a\u200db','नमस्ते','1,000.5 $x foo_bar x.y'])
 t(g+' '+JSON.stringify(s),()=>JSON.stringify([...new S('en',{granularity:g}).segment(s)].map(x=>[x.segment,x.index,x.isWordLike,x.input===s])));
console.log(Object.keys([...new S('en',{granularity:'word'}).segment('a')][0]),Object.getOwnPropertyDescriptor(globalThis,'Intl').enumerable);
