const semver = require('semver');
const versions = ['1.2.3', 'v2.0.0-beta.11', '=1.0.0+build', '1.2', 'a.b.c', '01.2.3', '99999999999999999.0.0', '2.0.0-rc.1', '1.10.0'];
for (const version of versions) console.log(version, semver.valid(version), semver.clean(version), semver.coerce(version)?.version, semver.parse(version));
const valid = versions.map((v) => semver.valid(v)).filter(Boolean);
console.log(semver.sort([...valid]), semver.rsort([...valid]), semver.maxSatisfying(valid, '^1.2.0 || >=2.0.0-beta <3'));
for (const range of ['^1.2.3', '~1.2', '1.x || >=2.5.0 || 5.0.0 - 7.2.3', '>1 <0', '*', '^0.0.3', 'latest']) {
  console.log(range, '=>', semver.validRange(range), semver.minVersion(semver.validRange(range) ?? '*')?.version, semver.outside('3.0.0', semver.validRange(range) ?? '*', '>'));
}
for (const release of ['major', 'minor', 'patch', 'prerelease', 'premajor']) console.log(release, semver.inc('1.2.3-alpha.1', release, 'beta'));
console.log(semver.diff('1.2.3', '1.3.0'), semver.intersects('^1.2', '<1.3'), semver.subset('^1.2.3', '^1.0.0'), semver.simplifyRange(valid, '^1.0.0'));
try {
  new semver.SemVer('nope');
} catch (error) {
  console.log(error.name, error.message);
}
