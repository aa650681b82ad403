const fs = require('fs-extra');
const path = require('path');
const list = (dir) => fs.readdirSync(dir, { recursive: true }).map(String).sort();
(async () => {
  await fs.outputFile('work/a/b/c.txt', 'hello');
  await fs.outputJson('work/a/data.json', { x: [1, { y: null }], z: 'ü' }, { spaces: 2 });
  console.log(list('work'), await fs.readFile('work/a/data.json', 'utf8'));
  console.log(await fs.readJson('work/a/data.json'));
  await fs.copy('work/a', 'work/copy', { filter: (src) => !src.endsWith('.txt'), preserveTimestamps: true });
  await fs.ensureSymlink('work/a/b/c.txt', 'work/link.txt');
  await fs.ensureLink('work/a/b/c.txt', 'work/hard/link.txt');
  console.log(list('work'), (await fs.stat('work/hard/link.txt')).nlink, fs.readlinkSync('work/link.txt'));
  await fs.move('work/copy', 'work/moved/deep', { overwrite: true });
  await fs.ensureDir('work/empty/x/y', 0o750);
  console.log(((await fs.stat('work/empty/x/y')).mode & 0o777).toString(8), await fs.pathExists('work/copy'));
  await fs.emptyDir('work/a');
  await fs.remove('work/empty');
  console.log(list('work'));
  for (const attempt of [() => fs.readJson('work/none.json'), () => fs.move('work/moved', 'work/moved/inside'), () => fs.copy('work/none', 'work/x'), () => fs.rmdir('work')]) {
    try {
      await attempt();
      console.log('no error');
    } catch (error) {
      console.log(error.code, error.errno, error.syscall, error.message.replaceAll(process.cwd(), '.'), path.basename(String(error.path)));
    }
  }
  fs.outputFileSync('work/bad.json', '{"a": 1,}');
  try {
    fs.readJsonSync('work/bad.json');
  } catch (error) {
    console.log(error.message.replaceAll(process.cwd(), '.'));
  }
  fs.copy('work/moved', 'work/again', (error) => console.log('callback', error, list('work')));
})();
