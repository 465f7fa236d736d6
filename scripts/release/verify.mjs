// verify.mjs FOLDER: checks all tarballs of a release as people would get them. Nothing is sent before all are right.
import { readRelease } from "./release-folder.mjs";
import { main, Refusal } from "./refusal.mjs";
import { checkPacked } from "./check-packed.mjs";

await main(() => {
  const packages = readRelease(process.argv[2] ?? "release");
  const wrong = packages.flatMap((each) => checkPacked(each).map((problem) => `${each.file}: ${problem}`));
  if (wrong.length > 0) throw new Refusal("release-check", ["nothing may be published:", ...wrong].join("\n  "));
  console.log(`${packages.length} packages are as they should be`);
});
