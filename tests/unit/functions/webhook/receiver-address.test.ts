// Which URLs a webhook may call: no spelling of an address leads inside.
import { describe, expect, it } from "vitest";
import { isPublicAddress, judgeReceiver } from "#functions/webhook/receiver-address.ts";

describe("an address", () => {
  it.each([
    "0.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "not an address",
  ])("%s is not public", address => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1",
    "2001:4860:4860::8888",
  ])("%s is public", address => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe("a receiver's URL", () => {
  const publicName = async () => [{ address: "1.1.1.1" }];

  it.each([
    "https://127.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:a00:1]/",
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "https://user@example.com/",
    "https://example.com/#fragment",
    "no url",
  ])("%s is refused", async url => {
    expect(await judgeReceiver(url, [], publicName)).toBeDefined();
  });

  it("is taken when its name leads to public addresses only", async () => {
    const url = "https://example.com:8443/hook?tenant=acme";
    expect(await judgeReceiver(url, [], publicName)).toBeUndefined();
    const mixed = async () => [{ address: "1.1.1.1" }, { address: "10.0.0.1" }];
    expect(await judgeReceiver(url, [], mixed)).toBe("its address is not a public one");
    expect(await judgeReceiver(url, [], async () => [])).toBe("its address is not a public one");
    const nowhere = () => Promise.reject(new Error("ENOTFOUND"));
    expect(await judgeReceiver(url, [], nowhere)).toBe("its name does not resolve");
  });

  it("may be plain HTTP to a host that the deployment lists, and to no other", async () => {
    expect(await judgeReceiver("http://127.0.0.1:9000/", ["127.0.0.1"], publicName)).toBeUndefined();
    expect(await judgeReceiver("http://127.0.0.2:9000/", ["127.0.0.1"], publicName)).toBeDefined();
    expect(await judgeReceiver("file://127.0.0.1/x", ["127.0.0.1"], publicName)).toBeDefined();
  });
});
