// A label is a profile, or a profile and a lot; anything else is a path that does not exist.
import { describe, expect, it } from "vitest";
import { findTarget } from "#core/est/label.ts";
import { type Profile, profiles } from "#core/profile/profile.ts";
import type { ProfileSource } from "#core/profile/profile-source.ts";

const sensor: Profile = { ...profiles.device, name: "sensor-v2" };
const source: ProfileSource = {
  find: async name => ({ device: profiles.device, "sensor-v2": sensor })[name],
};

describe("a label", () => {
  it.each([
    { label: undefined, target: { profile: profiles.device } },
    { label: "device", target: { profile: profiles.device } },
    { label: "sensor-v2", target: { profile: sensor } },
    { label: "device.2026-w47", target: { profile: profiles.device, lot: "2026-w47" } },
    { label: "sensor-v2.b.1", target: { profile: sensor, lot: "b.1" } },
    { label: `device.${"l".repeat(64)}`, target: { profile: profiles.device, lot: "l".repeat(64) } },
  ])("$label stands for its profile and lot", async ({ label, target }) => {
    expect(await findTarget(source, label)).toEqual(target);
  });

  it.each([
    "",
    "nothing",
    ".lot",
    "device.",
    "device..lot",
    `device.${"l".repeat(65)}`,
    "device.lot/7",
    "device ",
    "Device",
  ])("%j stands for nothing", async label => {
    expect(await findTarget(source, label)).toBeUndefined();
  });
});
