import { setUp, tearDown } from './world.ts';

before(async function () {
  this.timeout(180_000);
  await setUp();
});

after(tearDown);
