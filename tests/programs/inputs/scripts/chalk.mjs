import chalk, { Chalk, supportsColor } from 'chalk';
console.log(chalk.blue('Hello') + ' World' + chalk.red('!'));
console.log(chalk.blue.bgRed.bold('Hello world!'), chalk.hex('#DEADED').underline('hex'), chalk.rgb(15, 100, 204).inverse('rgb'));
console.log(chalk.green('line one\nline two ' + chalk.yellow('nested') + ' after'));
console.log(`CPU: ${chalk.red('90%')}  RAM: ${chalk.bgHex('#ff8800').black('70%')} ${chalk.dim.italic.strikethrough('x')}`);
for (const level of [0, 1, 2, 3]) console.log(JSON.stringify(new Chalk({ level }).hex('#1e90ff').bgAnsi256(194)('level ' + level)));
console.log(chalk.level, supportsColor);
