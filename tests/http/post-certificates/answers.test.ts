// What POST /v1/certificates answers, all of it against one local cloud. 401 moves its clock, so it comes last.
import { afterAll } from "vitest";
import { sharedWorld } from "./world.ts";
import "./201.ts";
import "./400.ts";
import "./422.ts";
import "./401.ts";

afterAll(async () => (await sharedWorld()).cloud.stop());
