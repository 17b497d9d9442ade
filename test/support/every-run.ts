// Tests that are slow, or of which others are alike but for one value: CI takes the others, every night takes all.

const { RDM_TEST_EVERY_RUN } = process.env;

/** For a test's `skip`, unless `npm run test:every` asks for it. */
export const nightly: string | false = RDM_TEST_EVERY_RUN
  ? false
  : 'slow, or others are alike: npm run test:every runs it too';
