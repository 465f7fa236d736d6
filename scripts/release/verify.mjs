// verify.mjs FOLDER: checks all tarballs of a release as people would get them. Nothing is sent before all are right.
import { problemOf } from "./check-packed.mjs";
import { main, Refusal } from "./refusal.mjs";
import { readRelease } from "./release-folder.mjs";

await main(() => {
  const packages = readRelease(process.argv[2] ?? "release");
  const wrong = packages.flatMap((each) => {
    const problem = problemOf(each);
    return problem === undefined ? [] : [`${each.file}: ${problem}`];
  });
  if (wrong.length > 0) throw new Refusal("release-check", ["nothing may be published:", ...wrong].join("\n"));
  console.log(`packages that are as they should be: ${packages.length}`);
});
