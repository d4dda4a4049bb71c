// The engines at hand. A test that is skipped for want of one says so.

import { njsVersion, runInNjs } from "./njs.ts";
import type { Engine } from "./program.ts";
import { runInQuickjs } from "./quickjs.ts";

const njs = njsVersion();
if (njs === undefined)
  console.warn("njs is not installed (apt-get install njs): its half of the edge vectors is skipped");

export const engines: readonly { readonly name: string; readonly run: Engine; readonly skipped: boolean }[] =
  [
    { name: "QuickJS", run: runInQuickjs, skipped: false },
    { name: `njs ${njs ?? "(not installed)"}`, run: runInNjs, skipped: njs === undefined },
  ];
