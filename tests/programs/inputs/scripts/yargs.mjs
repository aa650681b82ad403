import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';

await yargs(hideBin(process.argv))
  .scriptName('pirate')
  .usage('$0 <cmd> [args]')
  .command('hello [name]', 'welcome a person', (y) => y.positional('name', { type: 'string', default: 'Cambi', describe: 'the name to say hello to' }),
    (argv) => console.log('hello', argv.name, argv))
  .command('serve <port..>', 'start', (y) => y.option('host', { alias: 'h', choices: ['a', 'b'], demandOption: true }), async (argv) => {
    await null;
    console.log(argv.port, argv.host);
  })
  .option('verbose', { alias: 'v', type: 'count', description: 'Run with verbose logging' })
  .option('size', { type: 'number', coerce: (n) => n * 2, group: 'Numbers:' })
  .conflicts('size', 'verbose')
  .example('$0 hello --verbose', 'say it loudly')
  .epilogue('for more information, see the manual')
  .wrap(80)
  .demandCommand(1, 'give at least one command')
  .strict()
  .parseAsync();
