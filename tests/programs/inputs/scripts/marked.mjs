import { marked, Lexer } from 'marked';
import { readFileSync } from 'node:fs';
const text = readFileSync(new URL('../../node_modules/marked/README.md', import.meta.url), 'utf8') + readFileSync(new URL('./sample.md', import.meta.url), 'utf8');
console.log(marked.parse(text));
console.log(JSON.stringify(new Lexer().lex(text), null, 1).length);
marked.use({ async: true, renderer: { heading({ tokens, depth }) { return `<h${depth} class="x">${this.parser.parseInline(tokens)}</h${depth}>\n`; } } });
console.log(await marked.parse('# a *b* `c`\n\ntext & <b>html</b>'));
try {
  await marked.parse(null);
} catch (error) {
  console.log(error.message);
}
