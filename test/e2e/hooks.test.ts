import { keepEvidence, setUp, tearDown } from './world.ts';

before(async function () {
  this.timeout(20 * 60_000);
  await setUp();
});

afterEach(async function () {
  if (this.currentTest?.state === 'failed') await keepEvidence(this.currentTest.fullTitle());
});

after(async function () {
  this.timeout(120_000);
  await tearDown();
});
